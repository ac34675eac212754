import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PluginError } from '../plugin.js';
import type { AzureConfig } from './azure.js';
import { type HttpReply, httpService } from './http.js';
import type { ProviderIo } from './provider.js';

const Token = z.object({ access_token: z.string().min(1) });
const Failure = z.object({ error: z.string(), error_description: z.string().default('') });

/** The instance metadata service, which only the machine itself reaches. */
const metadataService = 'http://169.254.169.254';

/** A token for Azure Resource Manager, in whichever way the configuration says. Throws PluginError `credentials`. */
export async function accessToken(settings: AzureConfig, io: ProviderIo): Promise<string> {
  switch (settings.credentials) {
    case 'managed-identity':
      return ofMachine(settings, io);
    case 'workload-identity':
      return ofWorkload(settings, io);
    default:
      return ofApplication(settings, io);
  }
}

async function ofApplication(settings: AzureConfig, io: ProviderIo): Promise<string> {
  const { directoryId, applicationId, key } = settings;
  if (directoryId === undefined || applicationId === undefined || key === undefined) {
    throw new PluginError('config', 'Give directoryId, applicationId and key of the application.');
  }
  return signIn(settings, directoryId, { client_id: applicationId, client_secret: key }, io);
}

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
async function ofMachine(settings: AzureConfig, io: ProviderIo): Promise<string> {
  const { metadataEndpoint, applicationId } = settings;
  const where = { service: 'The instance metadata service of Azure', endpoint: metadataEndpoint ?? metadataService };
  const http = httpService({ ...where, headers: { metadata: 'true' }, explain: words, reasonOf: reasonOfMachine }, io);
  const query = { 'api-version': '2018-02-01', resource: `${resourceOf(settings)}/`, client_id: applicationId };
  return (await http.send({ method: 'GET', path: '/metadata/identity/oauth2/token', query })).json(Token).access_token;
}

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation: Kubernetes sets the variables. */
async function ofWorkload(settings: AzureConfig, io: ProviderIo): Promise<string> {
  const { AZURE_FEDERATED_TOKEN_FILE: file, AZURE_TENANT_ID, AZURE_CLIENT_ID } = process.env;
  const directory = settings.directoryId ?? AZURE_TENANT_ID;
  const client = settings.applicationId ?? AZURE_CLIENT_ID;
  if (file === undefined || directory === undefined || client === undefined) {
    throw new PluginError(
      'config',
      'There is no workload identity here: AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID are not set.',
    );
  }
  const assertion = (await readFile(file, 'utf8')).trim();
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const form = { client_id: client, client_assertion_type: type, client_assertion: assertion };
  return signIn(settings, directory, form, io, assertion);
}

/** The client credentials grant (RFC 6749 §4.4). */
async function signIn(
  settings: AzureConfig,
  directory: string,
  client: Record<string, string>,
  io: ProviderIo,
  ...secrets: string[]
): Promise<string> {
  const where = { service: 'Microsoft Entra ID', endpoint: settings.loginEndpoint };
  const http = httpService({ ...where, secrets, explain: words, reasonOf }, io);
  const form = { grant_type: 'client_credentials', scope: `${resourceOf(settings)}/.default`, ...client };
  const path = `/${directory}/oauth2/v2.0/token`;
  return (await http.send({ method: 'POST', path, form })).json(Token).access_token;
}

/** What the token is for. */
function resourceOf({ endpoint }: AzureConfig): string {
  return endpoint.replace(/\/+$/, '');
}

/**
 * Whatever it refuses, it is about the credentials: the directory, the application, its key, or an identity that isn't
 * there.
 */
function reasonOf({ status }: HttpReply): PluginError['reason'] | undefined {
  return status === 400 || status === 404 ? 'credentials' : undefined;
}

/** While it is updated it answers 404 or 410, and is to be asked again. An identity that isn't there is a 400. */
function reasonOfMachine({ status }: HttpReply): PluginError['reason'] | undefined {
  if (status === 404 || status === 410) return 'unavailable';
  return status === 400 ? 'credentials' : undefined;
}

/** `AADSTS7000215: Invalid client secret provided …` */
function words(reply: HttpReply): string | undefined {
  try {
    const { error, error_description } = reply.json(Failure);
    return error_description.split('\r\n')[0] || error;
  } catch (failure) {
    if (failure instanceof PluginError) return undefined;
    throw failure;
  }
}
