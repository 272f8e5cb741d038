#!/bin/sh
# Makes the archives in this folder anew; see README.md. Needs Debian's zip, tar, bzip2, pbzip2, 7zip, libarchive-tools and python3.
set -eu
export TZ=UTC LC_ALL=C.UTF-8
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p set/pictures set/empty
printf 'one picture\n' > set/pictures/a.png
printf 'another picture\n' > set/pictures/b.png
printf 'some words\n' > set/notes.txt
find set -exec touch -d 2020-01-01 {} +

rm -f "$out"/*.zip "$out"/*.tar "$out"/*.tar.* "$out"/*.tgz "$out"/*.7z
# The same tree by each program: three files, three folders.
zip -q -r "$out/info-zip.zip" set
(cd set && 7z a -bso0 -tzip "$out/seven-zip.zip" .)
bsdtar -c --format=zip -f "$out/bsdtar.zip" set
7z a -bso0 -t7z "$out/seven-zip.7z" set
tar -cf "$out/gnu.tar" set
tar --format=posix -cf "$out/posix.tar" set
tar --format=ustar -czf "$out/gnu.tgz" set
tar --format=v7 -czf "$out/v7.tar.gz" set
bsdtar -czf "$out/bsdtar.tar.gz" set
tar -cjf "$out/gnu.tar.bz2" set
(cd set && tar -cf "$out/dot-names.tar" .)

# A zip that came down a pipe: sizes stand behind the content, in zip64 form.
(cd set && cat notes.txt | zip -q -fd - - > "$out/streamed.zip" && printf '@ -\n@=notes.txt\n' | zipnote -w "$out/streamed.zip")

# The large form, for small content.
(cd set && zip -q -fz "$out/zip64.zip" notes.txt)

# Other ways to pack, and a password.
seq 1 1000 > numbers.txt
touch -d 2020-01-01 numbers.txt
7z a -bso0 -tzip -mm=BZip2 "$out/bzip2-method.zip" numbers.txt
7z a -bso0 -tzip -mm=LZMA "$out/lzma-method.zip" numbers.txt
7z a -bso0 -tzip -mm=Deflate64 "$out/deflate64.zip" numbers.txt
zip -q -P secret "$out/password.zip" set/notes.txt set/pictures/a.png
7z a -bso0 -tzip -psecret -mem=AES256 "$out/aes.zip" set/notes.txt

# Many bzip2 streams in one file, as parallel programs write it.
mkdir many
for i in $(seq 1 1000); do seq 1 100; done > many/numbers.txt
touch -d 2020-01-01 many/numbers.txt
tar -cf - many | pbzip2 -c -1 -b1 > "$out/parallel.tar.bz2"
# And two gzip members in a row.
tar -cf many.tar set
head -c 3000 many.tar | gzip -n > "$out/two-members.tar.gz"
tail -c +3001 many.tar | gzip -n >> "$out/two-members.tar.gz"

# What must not be in a dataset.
mkdir bad
printf 'x\n' > bad/file.txt
ln -s /etc/passwd bad/soft.txt
ln bad/file.txt bad/hard.txt
mkfifo bad/pipe.txt
touch -h -d 2020-01-01 bad/*
(cd bad && zip -q -y "$out/link.zip" soft.txt file.txt)
tar -cf "$out/links-and-pipe.tar" -C bad .
printf 'y\n' > evil.txt
touch -d 2020-01-01 evil.txt
tar -P --transform='s,^,../../,' -cf "$out/climbs.tar" evil.txt
tar -P --transform='s,^,/root/,' -cf "$out/absolute.tar" evil.txt

# A file with holes.
truncate -s 1M holes.txt
printf 'end' >> holes.txt
touch -d 2020-01-01 holes.txt
tar -S --format=gnu -cf "$out/sparse.tar" holes.txt
tar -S --format=posix -cf "$out/sparse-posix.tar" holes.txt
bsdtar -cf "$out/sparse-bsdtar.tar" holes.txt

# Names: long, not ASCII, in an old code page, with a backslash as old Windows programs wrote it, and what macOS adds.
long=$(printf 'n%.0s' $(seq 1 120))
mkdir -p "long/$long"
printf 'z\n' > "long/$long/$long.txt"
touch -d 2020-01-01 "long/$long/$long.txt"
tar --format=gnu -cf "$out/long-name-gnu.tar" "long/$long/$long.txt"
tar --format=posix -cf "$out/long-name-posix.tar" "long/$long/$long.txt"
python3 - "$out" <<'P'
import sys, zipfile
out = sys.argv[1]
class Raw(zipfile.ZipInfo):
    """Writes the name in the bytes given, without the UTF-8 flag."""
    raw = b""
    def _encodeFilenameFlags(self): return self.raw, self.flag_bits
def write(name, *entries):
    with zipfile.ZipFile(f"{out}/{name}", "w") as z:
        for entry, data in entries:
            info = Raw("x", (2020, 1, 1, 0, 0, 0)) if isinstance(entry, bytes) else zipfile.ZipInfo(entry, (2020, 1, 1, 0, 0, 0))
            if isinstance(entry, bytes): info.raw = entry
            info.create_system, info.external_attr = 0, 0x20 if not str(entry).endswith("/") else 0x10
            z.writestr(info, data)
write("windows.zip", (b"pictures\\a.png", b"one picture"), (b"pictures\\Thumbs.db", b"thumbs"), (b"desktop.ini", b"[x]"))
write("code-page.zip", (b"gr\x81n.txt", b"green"), ("größe.txt", b"size"))
write("macos.zip", ("set/", b""), ("set/a.png", b"one picture"), ("set/.DS_Store", b"store"),
      ("__MACOSX/", b""), ("__MACOSX/set/", b""), ("__MACOSX/set/._a.png", b"fork"))
P

# The same tree by a few programs more.
(cd set && 7z a -bso0 -ttar "$out/seven-zip.tar" .)
bsdtar -c --format=gnutar -f "$out/bsdtar-gnu.tar" set
bsdtar -c --format=pax -f "$out/bsdtar-pax.tar" set
python3 -c "import shutil
for kind in ('zip', 'gztar', 'bztar'): shutil.make_archive('$out/python', kind, '.', 'set')"
tar -cJf "$out/gnu.tar.xz" set

# One file above 1 MB.
mkdir large
head -c 1500000 /dev/zero > large/large.txt
touch -d 2020-01-01 large/large.txt large
zip -q -r "$out/large-info-zip.zip" large
7z a -bso0 -tzip "$out/large-seven-zip.zip" large
bsdtar -c --format=zip -f "$out/large-bsdtar.zip" large
tar -czf "$out/large-gnu.tar.gz" large
tar -cjf "$out/large-gnu.tar.bz2" large
bsdtar -czf "$out/large-bsdtar.tar.gz" large

# Names that leave the folder, as far as each program can be made to write them.
(cd set && zip -q "$out/climbs-info-zip.zip" ../evil.txt)
7z a -bso0 -tzip -spf "$out/absolute-seven-zip.zip" /etc/debian_version
bsdtar -P -c --format=zip -s ',^,../../,' -f "$out/climbs-bsdtar.zip" evil.txt
bsdtar -P -c -s ',^,/root/,' -f "$out/absolute-bsdtar.tar" evil.txt
tar --transform='s,^,C:/,' -cf "$out/drive.tar" evil.txt
tar --transform="s,evil,ev$(printf '\007')il," -cf "$out/control.tar" evil.txt
tar --transform="s,^,$(printf 'n%.0s' $(seq 1 300))," -cf "$out/overlong.tar" evil.txt

# Links and devices by other programs.
(cd bad && 7z a -bso0 -tzip -snl "$out/link-seven-zip.zip" soft.txt)
bsdtar -c --format=zip -f "$out/link-bsdtar.zip" -C bad soft.txt
bsdtar -cf "$out/links-bsdtar.tar" -C bad .
tar -cf "$out/device.tar" -C /dev null

# Nothing, empty files, the same twice, and an archive in an archive.
tar -cf "$out/empty.tar" -T /dev/null
tar -czf "$out/empty.tar.gz" -T /dev/null
mkdir odd
: > odd/empty.txt
printf 'same\n' > odd/a.txt
cp odd/a.txt odd/b.txt
(cd set && zip -q ../odd/inner.zip notes.txt)
find odd -exec touch -d 2020-01-01 {} +
zip -q -r "$out/odd-info-zip.zip" odd
7z a -bso0 -tzip "$out/odd-seven-zip.zip" odd
bsdtar -czf "$out/odd-bsdtar.tar.gz" odd
tar -cjf "$out/odd-gnu.tar.bz2" odd
tar -cf "$out/duplicate.tar" -C odd a.txt
tar -rf "$out/duplicate.tar" -C odd a.txt

# What unpacks into a flood.
head -c 200000000 /dev/zero > flood.txt
tar -cjf "$out/flood.tar.bz2" flood.txt

# A tar made on a Mac: AppleDouble files beside the real ones.
mkdir mac
printf 'one picture\n' > mac/a.png
printf 'fork' > mac/._a.png
printf 'store' > mac/.DS_Store
find mac -exec touch -d 2020-01-01 {} +
tar -czf "$out/macos.tar.gz" mac

python3 - "$out" <<'P'
import io, sys, warnings, zipfile
out = sys.argv[1]
warnings.simplefilter("ignore") # Python minds the same name twice
class Pipe(io.RawIOBase):
    """Cannot seek: sizes and checksums then stand behind the content, as the Mac's own packer writes them."""
    def __init__(self, f): self.f = f
    def writable(self): return True
    def write(self, b): return self.f.write(b)
def entry(name, system, attributes, method=zipfile.ZIP_DEFLATED):
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr, info.compress_type = system, attributes, method
    return info
with open(f"{out}/macos-streamed.zip", "wb") as f, zipfile.ZipFile(Pipe(f), "w") as z:
    z.writestr(entry("set/", 3, 0o40755 << 16, zipfile.ZIP_STORED), b"")
    z.writestr(entry("set/a.png", 3, 0o100644 << 16), b"one picture\n" * 9)
    z.writestr(entry("__MACOSX/set/._a.png", 3, 0o100644 << 16), b"fork")
with zipfile.ZipFile(f"{out}/windows-explorer.zip", "w") as z: # no entries for folders, FAT attributes
    z.writestr(entry("pictures/a.png", 0, 0x20), b"one picture\n" * 9)
    z.writestr(entry("pictures/Thumbs.db", 0, 0x26), b"thumbs")
    z.writestr(entry("NOTES.TXT", 0, 0x21), b"some words\n")
with zipfile.ZipFile(f"{out}/unsafe-python.zip", "w") as z:
    for name in ("../up.txt", "/root.txt", "C:/drive.txt", "bell\x07.txt", "n" * 300 + ".txt", "fine.txt"):
        z.writestr(entry(name, 3, 0o100644 << 16), name.encode())
    z.writestr(entry("device.txt", 3, 0o20644 << 16), b"x")
with zipfile.ZipFile(f"{out}/duplicate-python.zip", "w") as z:
    z.writestr(entry("a.txt", 3, 0o100644 << 16), b"1")
    z.writestr(entry("a.txt", 3, 0o100644 << 16), b"2")
zipfile.ZipFile(f"{out}/empty-python.zip", "w").close()
P
ls -l "$out"
