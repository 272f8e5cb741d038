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
ls -l "$out"
