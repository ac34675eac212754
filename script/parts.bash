# Finds the programs that the demo, the tests and the benchmark need. Sourced by script/bootstrap; needs $root.
#
# A program of the system that is new enough is used as it is. What is missing is downloaded with apt from the sources
# that this machine is configured for, checked by apt's signatures, and unpacked (not installed) below .cache/parts.
# Works without root. No maintainer script runs, so no service starts and no user, port or source list is touched.
# test/harness/parts.ts looks in the same places in the same order.
#
# CERTFLEET_PARTS_IGNORE_SYSTEM=1 treats the parts as not installed, to try all this on a machine that has them.

parts="$root/.cache/parts"
apt_cache="$root/.cache/apt"

# part        Debian package   programs            needed by
part_table='
haproxy       haproxy          haproxy             demo test bench
pebble        pebble           pebble,pebble-challtestsrv  demo test bench
postgresql    postgresql       initdb,postgres     test
openssl       openssl          openssl             test
java          openjdk-17-jre-headless  keytool     test
bind          bind9            named               test
chasquid      chasquid         chasquid,chasquid-util  test
zsh           zsh              zsh                 test
fish          fish             fish                test
chromium      chromium-headless-shell  chromium-headless-shell  test bench
'

# Never unpacked: the C library must be the one of the machine's own loader; LLVM serves PostgreSQL's JIT alone; fish
# has Python and man for its settings page and its documentation; Mesa's drivers are for screens.
not_unpacked='^(libc6|libc-bin|libllvm.*|perl.*|libperl.*|locales|sensible-utils|ucf|debconf.*|python3.*|libpython3.*|man-db|groff-base|libgl1-mesa-dri|ca-certificates-java|java-common)$'
# Java draws, prints and plays; keytool does not.
not_unpacked_with_java='^(fontconfig.*|fonts-.*|libfontconfig.*|libfreetype.*|libharfbuzz.*|libgraphite2.*|libjpeg.*|liblcms2.*|libcups2|libavahi.*|libasound2.*|libnss3|libnspr4|libpcsclite.*)$'

ignore_system() { [[ ${CERTFLEET_PARTS_IGNORE_SYSTEM:-} == 1 ]]; }

# Prints the path of a program: unpacked by us, on PATH, or where Debian puts it. The newest PostgreSQL comes first.
find_program() {
  local candidate candidates=("$parts/bin/$1")
  if ! ignore_system; then
    mapfile -t -O 1 candidates < <(
      type -P "$1" || true
      printf '%s\n' "/usr/sbin/$1" "/usr/local/sbin/$1"
      compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -rV || true
    )
  fi
  for candidate in "${candidates[@]}"; do
    if [[ -x $candidate ]] && new_enough "$1" "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

# new_enough PROGRAM PATH: whether it runs at all and does what we need of it.
new_enough() {
  case $1 in
    haproxy)
      local version
      version=$("$2" -v 2>/dev/null | sed -nE '1s/.*version ([0-9]+\.[0-9]+).*/\1/p')
      [[ -n $version && $(printf '%s\n' 2.6 "$version" | sort -V | head -n 1) == 2.6 ]]
      ;;
    pebble)
      # Debian builds it without a version number, so look for what came with ARI and profiles (2.7).
      [[ $("$2" -h 2>&1) == *-strict* ]] && { [[ -n ${accept_old_pebble:-} ]] || has_renewal_info "$2"; }
      ;;
    pebble-challtestsrv) [[ $("$2" -h 2>&1) == *-defaultIPv4* ]] ;;
    openssl) "$2" version >/dev/null 2>&1 ;;
    named) "$2" -v >/dev/null 2>&1 ;;
    chasquid) "$2" -version >/dev/null 2>&1 ;;
    chasquid-util) [[ $("$2" 2>&1) == *user-add* ]] ;;
    keytool) "$2" -help >/dev/null 2>&1 ;;
    *) "$2" --version >/dev/null 2>&1 ;;
  esac
}

has_renewal_info() {
  local binary=$1
  [[ $binary == "$parts/bin/pebble" ]] && binary=$parts/usr/bin/pebble
  grep -q -a 'set-renewal-info' "$binary"
}

found_all() {
  local program
  for program in ${1//,/ }; do find_program "$program" >/dev/null || return 1; done
}

# ---- apt, with every folder that it writes to inside .cache ----

own_apt() {
  local lists=$1
  shift
  mkdir -p "$apt_cache/$lists/partial" "$apt_cache/archives/partial"
  local options=(
    -o "Dir::State::Lists=$apt_cache/$lists" -o "Dir::Cache=$apt_cache" -o Debug::NoLocking=1
    -o Acquire::Languages=none -o Acquire::Retries=3
  )
  # Root would download as user _apt, who may not reach this checkout.
  if ((EUID == 0)); then options+=(-o APT::Sandbox::User=root); fi
  LC_ALL=C "${apt_program:-apt-get}" "${options[@]}" "$@" 9>&-
}

update_lists() {
  local lists=$1
  shift
  if [[ -e $apt_cache/$lists.updated ]]; then return 0; fi
  say "bootstrap: reading the package lists of this machine's sources${2:+ ($lists)}"
  # A third-party source that is down must not stop us: what counts is whether the download afterwards works.
  own_apt "$lists" "$@" update >"$apt_cache/update-$lists.log" 2>&1 || say "bootstrap: apt-get update had complaints, see .cache/apt/update-$lists.log"
  touch "$apt_cache/$lists.updated"
}

# Lists are read anew in every run that has to download something; inside one run, once.
forget_lists() { rm -f "$apt_cache"/*.updated; }

# unpack LISTS PACKAGES… -- APT-OPTIONS…: downloads the packages and unpacks them below .cache/parts.
unpack() {
  local lists=$1 packages=()
  shift
  while (($#)) && [[ $1 != -- ]]; do
    packages+=("$1")
    shift
  done
  if (($#)); then shift; fi
  ((${#packages[@]})) || return 1
  local folder
  folder=$(mktemp -d "$apt_cache/debs.XXXXXX")
  if (cd "$folder" && own_apt "$lists" "$@" download "${packages[@]}") >"$apt_cache/download.log" 2>&1; then
    mkdir -p "$parts"
    local deb
    # $parts/bin holds the wrappers, and the zsh of Debian 12 is in /bin.
    for deb in "$folder"/*.deb; do
      dpkg-deb --fsys-tarfile "$deb" | tar --extract --directory "$parts" --no-same-owner --transform 's,^\./bin/,./usr/bin/,' || return 1
    done
    rm -rf "$folder"
    relink
  else
    cat "$apt_cache/download.log" >&2
    rm -rf "$folder"
    return 1
  fi
}

# What was unpacked points into itself where it would point to the machine: Java keeps its configuration in /etc.
relink() {
  local link target
  while IFS= read -r -d '' link; do
    target=$parts$(readlink "$link")
    if [[ -e $target ]]; then ln -sfnr "$target" "$link"; fi
  done < <(find "$parts" -type l -lname '/*' -print0)
}

# The package and everything it depends on that this machine has not got. Resolved as if nothing were installed, so that
# a machine whose own packages are in disorder does not stop us, and what is installed is taken off afterwards.
missing_packages() {
  : >"$apt_cache/no-status"
  own_apt lists -o "Dir::State::status=$apt_cache/no-status" --simulate --no-install-recommends install "$@" 2>"$apt_cache/simulate.log" |
    awk '/^Inst / { sub(/:.*/, "", $2); print $2 }' | grep -Ev "$not_unpacked" |
    if [[ $1 == openjdk* ]]; then grep -Ev "$not_unpacked_with_java"; else cat; fi | grep -Fvx -f <(installed_packages)
}

installed_packages() {
  # When we are to act as if the parts were absent, only what every system has counts as installed.
  dpkg-query -W -f '${db:Status-Abbrev} ${Priority} ${Package}\n' |
    awk -v all="$(ignore_system || echo yes)" '$1 == "ii" && (all || $2 != "optional") { print $3 }'
}

# A program out of its place needs its libraries: .cache/parts/bin/NAME starts it with them.
write_wrapper() {
  local name=$1 target
  target=$(cd "$parts" && { compgen -G "usr/lib/chromium/$name" || compgen -G "usr/sbin/$name" || compgen -G "usr/bin/$name" || compgen -G "usr/lib/postgresql/*/bin/$name" | sort -rV || compgen -G "usr/lib/jvm/*/bin/$name"; } | head -n 1)
  [[ -n $target ]] || return 1
  mkdir -p "$parts/bin"
  cat >"$parts/bin/$name.new" <<END
#!/bin/sh
# Written by script/bootstrap: $name as unpacked, with the libraries that were unpacked beside it.
parts=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
# libpulse has a library in a folder of its own, whose absolute path it was linked with.
for folder in "\$parts"/usr/lib/*-linux-gnu*/pulseaudio "\$parts"/usr/lib/*-linux-gnu* "\$parts"/lib/*-linux-gnu*; do
  if [ -d "\$folder" ]; then LD_LIBRARY_PATH="\$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"; fi
done
export LD_LIBRARY_PATH
if [ -d "\$parts/etc/fonts" ]; then export FONTCONFIG_SYSROOT="\$parts"; fi
exec "\$parts/$target" "\$@"
END
  chmod +x "$parts/bin/$name.new"
  mv "$parts/bin/$name.new" "$parts/bin/$name"
}

write_wrappers() {
  local program
  for program in ${1//,/ }; do write_wrapper "$program" || return 1; done
}

obtain_from_distribution() {
  local package=$1 programs=$2 packages
  update_lists lists
  # A browser without a font draws nothing.
  mapfile -t packages < <(missing_packages "$package" $([[ $package != chromium* ]] || echo fonts-dejavu-core))
  # It looks for its data beside itself, wherever the system has some.
  if [[ $package == chromium* && " ${packages[*]} " != *' chromium-common '* ]]; then packages+=(chromium-common); fi
  if ! ((${#packages[@]})); then
    # Installed, but not usable as it is (too old, not on this PATH): nothing that the distribution could add.
    return 1
  fi
  say "bootstrap: unpacking $package (with what it needs: ${#packages[@]} packages) into .cache/parts"
  unpack lists "${packages[@]}" && write_wrappers "$programs" && found_all "$programs"
}

# Pebble with ARI and profiles is younger than most stable releases. Its current package needs nothing but the C
# library, so it runs on older ones too: taken from the development suite of the mirror that this machine uses already,
# through a source list that lives in .cache alone and trusts only the distribution's own archive key.
obtain_current_pebble() {
  local origin suite component keyring mirror
  # shellcheck disable=SC1091
  case $(. /etc/os-release && echo "$ID") in
    ubuntu) origin=Ubuntu suite=devel component=universe keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
    *) origin=Debian suite=sid component=main keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
  esac
  [[ -r $keyring ]] || return 1
  update_lists lists
  mirror=$(own_apt lists indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Origin: $origin" "Label: $origin" | sort -u | head -n 1)
  [[ -n $mirror ]] || return 1

  printf 'deb [signed-by=%s] %s %s %s\n' "$keyring" "$mirror" "$suite" "$component" >"$apt_cache/current.list"
  local only=(-o "Dir::Etc::sourcelist=$apt_cache/current.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null)
  say "bootstrap: the distribution's Pebble has no ARI; taking the one of $suite from the same mirror"
  local tolerance
  for tolerance in '' '-o Acquire::Check-Valid-Until=false'; do # a mirror that is a frozen snapshot has an expired, still signed, index
    # shellcheck disable=SC2086
    update_lists current "${only[@]}" $tolerance
    if unpack current pebble -- "${only[@]}"; then
      write_wrappers pebble,pebble-challtestsrv && found_all pebble,pebble-challtestsrv
      return
    fi
    rm -f "$apt_cache/current.updated"
  done
  return 1
}

distribution_has_current_pebble() {
  local version
  update_lists lists
  version=$(apt_program=apt-cache own_apt lists policy pebble | awk '/Candidate:/ { print $2 }')
  [[ -n $version && $version != '(none)' ]] && dpkg --compare-versions "$version" ge 2.7
}

obtain_pebble() {
  if can_unpack; then
    if distribution_has_current_pebble; then obtain_from_distribution "$1" "$2" && return 0; fi
    obtain_current_pebble && return 0
  fi
  accept_old_pebble=yes
  if found_all "$2" || { can_unpack && obtain_from_distribution "$1" "$2"; }; then
    say '' '  ATTENTION: only a Pebble older than 2.7 could be had, which has neither ARI nor profiles.' \
      '  The ARI tests run against the fault proxy'"'"'s own renewalInfo instead of a CA that has it.' \
      '  To run them against a real one, put Pebble 2.7 or later on PATH.' ''
    return 0
  fi
  return 1
}

can_unpack() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

# What to say where we cannot fetch it ourselves.
advice() {
  case $1 in
    haproxy) echo 'HAProxy 2.6 or later, built with OpenSSL: "apt-get install haproxy", "dnf install haproxy", "brew install haproxy"' ;;
    pebble) echo 'Pebble 2.7 or later, with pebble-challtestsrv: the project letsencrypt/pebble publishes binaries; put both on PATH' ;;
    postgresql) echo 'PostgreSQL 13 or later, server programs (initdb, postgres): "apt-get install postgresql", "dnf install postgresql-server", "brew install postgresql"' ;;
    bind) echo 'BIND 9.16 or later (named): "apt-get install bind9", "dnf install bind", "brew install bind"' ;;
    chasquid) echo 'chasquid 1.9 or later, an SMTP server: "apt-get install chasquid", or build it from its source at blitiri.com.ar/p/chasquid' ;;
    zsh) echo 'zsh 5: "apt-get install zsh", "dnf install zsh", "brew install zsh"' ;;
    fish) echo 'fish 3 or later: "apt-get install fish", "dnf install fish", "brew install fish"' ;;
    java) echo 'Java 17 or later, for its keytool: "apt-get install openjdk-17-jre-headless", "dnf install java-17-openjdk-headless", "brew install openjdk@17"' ;;
    chromium) echo 'Chromium: "apt-get install chromium", "dnf install chromium", or any Chrome as "chromium" on PATH' ;;
    openssl) echo 'OpenSSL 3: "apt-get install openssl", "dnf install openssl", "brew install openssl"' ;;
    *) echo "$1" ;;
  esac
}

require_parts() {
  local command=$1 part package programs commands absent=()
  mkdir -p "$apt_cache"
  while read -r part package programs commands; do
    [[ -n $part ]] || continue
    [[ $command == all || " $commands " == *" $command "* ]] || continue
    if found_all "$programs"; then continue; fi
    if [[ $part == pebble ]]; then
      obtain_pebble "$package" "$programs" || absent+=("$part")
    elif ! { can_unpack && obtain_from_distribution "$package" "$programs"; }; then
      # Half as quick, since it also draws the window that nobody sees.
      if [[ $part == chromium ]] && find_program chromium >/dev/null; then continue; fi
      absent+=("$part")
    fi
  done <<<"$part_table"
  forget_lists
  ((${#absent[@]})) || return 0

  say '' "bootstrap: missing on this machine, needed by script/$command, and not to be had through apt here:"
  for part in "${absent[@]}"; do say "  - $(advice "$part")"; done
  say 'Install them and run this again. Programs are looked for on PATH, in /usr/sbin and in /usr/lib/postgresql/*/bin.'
  exit 1
}
