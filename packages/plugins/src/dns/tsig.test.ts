import { describe, expect, test } from 'vitest';
import { sign, type TsigAlgorithm, verify } from './tsig.js';
import { encodeMessage, encodeText } from './wire.js';

/*
 * Recorded from BIND 9.18.49: updates that it took, and its signed answers. Keys are called `<algorithm>.key`.
 */
const recordedAt = 1795276493;
const update = encodeMessage(0x1234, 5, { name: 'example.org', type: 6 }, [
  { name: '_acme-challenge.example.org', type: 16, class: 1, ttl: 60, data: encodeText('value') },
]);
const recorded: [algorithm: TsigAlgorithm, secret: string, mac: string, answer: string][] = [
  [
    'hmac-sha256',
    'dZcyDbbPMu4cZAQYXo15zxwC8e6Hio5Ls8HMKw/hThM=',
    'ad117dcfa9e64ddb5f2b74d79097a6a3e6fc10bbbd72417b53ff4af4a4362036',
    '1234a8000001000000000001076578616d706c65036f726700000600010b686d61632d736861323536036b65790000fa00ff00000000003d0b686d61632d7368613235360000006b01becd012c00202b792fef63a4b4f19aa9217d3981b9cc73cf45a679fa41c8cfc7930f90409e7d123400000000',
  ],
  [
    'hmac-sha384',
    'hGeJeXwCrrpmQqj5FRu1dsHSrMUIM4s7jS2pvYY85Y52CRWxwpTiV5EkTaFwgv0l',
    'f04e1ad1acbc4b1298e7631ac246f8fe31ca410247bee66c95a1f04a9e9fbd18962dba0f479134e3d4e8db0712d3cf85',
    '1234a8000001000000000001076578616d706c65036f726700000600010b686d61632d736861333834036b65790000fa00ff00000000004d0b686d61632d7368613338340000006b01becd012c0030fa1ea1520a0708f4f88494442e43745f43522b42d84f4da187897b0a92bfe37b459c0c368cc621fcb517e9d50b4e06a5123400000000',
  ],
  [
    'hmac-sha512',
    'UFcEAAYYpk4ozWNu5u0V46q4xCrgrChBzITTyO89KlLAlzJcZhROMuIKl2BBXx8ojnB72yvOkNy92Ya1sSFEeA==',
    'e27333bec8348c7d3d84b395745d2181456ff1efebeeebc1d933d8d0360d3da780ebbc4cef49157ac70e302fb5792f8f205a97f5b7071d0dbd3ffb49856602b4',
    '1234a8000001000000000001076578616d706c65036f726700000600010b686d61632d736861353132036b65790000fa00ff00000000005d0b686d61632d7368613531320000006b01becd012c0040a7360fc0a49e0af5236c96019c90fd64dcfa4f5a38324cf024008b32350ad7a8204582c7473359d2776c674053733ac7e69315c36842095eb3cf6341f3527903123400000000',
  ],
];

describe.each(recorded)('%s', (algorithm, secret, macText, answerText) => {
  const key = { name: `${algorithm}.key`, algorithm, secret: Buffer.from(secret, 'base64') };
  const mac = Buffer.from(macText, 'hex');
  const answer = Buffer.from(answerText, 'hex');

  test('signs what BIND takes', () => {
    const signed = sign(update, key, recordedAt);
    expect(signed.mac.toString('hex')).toBe(macText);
    expect(signed.message.readUInt16BE(10)).toBe(1);
  });

  test('believes the answer that BIND signed, in either case of the name', () => {
    expect(() => verify(answer, key, mac, recordedAt + 2)).not.toThrow();
    expect(() => verify(answer, { ...key, name: key.name.toUpperCase() }, mac, recordedAt)).not.toThrow();
  });

  test('does not believe one with any byte changed', () => {
    // The first two are the id, which the exchange has looked at.
    for (let at = 2; at < answer.length; at += 1) {
      const changed = Buffer.from(answer);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
      expect(() => verify(changed, key, mac, recordedAt), `byte ${at}`).toThrow();
    }
  });

  test.each<[string, () => void, string]>([
    ['to another question', () => verify(answer, key, Buffer.alloc(mac.length), recordedAt), 'forged'],
    ['by another secret', () => verify(answer, { ...key, secret: Buffer.alloc(32) }, mac, recordedAt), 'forged'],
    ['by a key of another name', () => verify(answer, { ...key, name: 'other.key' }, mac, recordedAt), 'forged'],
    ['of another time', () => verify(answer, key, mac, recordedAt + 301), 'stale'],
    ['without a signature', () => verify(update, key, mac, recordedAt), 'unsigned'],
  ])('does not believe an answer %s', (_, check, fault) => {
    expect(check).toThrow(expect.objectContaining({ fault }));
  });
});

test('BADTIME is signed, and tells the clock of the server', () => {
  const [[algorithm, secret] = []] = recorded;
  const key = {
    name: `${algorithm}.key`,
    algorithm: 'hmac-sha256',
    secret: Buffer.from(secret ?? '', 'base64'),
  } as const;
  const { mac } = sign(encodeMessage(0x1234, 5, { name: 'example.org', type: 6 }), key, recordedAt - 1000);
  const answer = Buffer.from(
    '1234a8090001000000000001076578616d706c65036f726700000600010b686d61632d736861323536036b65790000fa00ff0000000000430b686d61632d7368613235360000006b01bae5012c0020969b7f26fc7c3568a3d021a7d80d4276c271ebfd320f58bb7b85c242e095589412340012000600006b01becd',
    'hex',
  );
  expect(() => verify(answer, key, mac, recordedAt)).toThrow(
    expect.objectContaining({ fault: 'BADTIME', serverTime: recordedAt }),
  );
});
