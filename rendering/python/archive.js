// A pack's archive, laid out in Python's file system. It is a zip file whose files are stored as they
// are, for a pack is compressed as a whole: so they are taken from it one after the other, in a tenth
// of the time that Python's own modules need, which would first have to be imported.

const FILE = 0x04034b50; // what the record of a file begins with
const HEAD = 30; // bytes of such a record before its name

/** Put the files of an archive below a folder; a file of the same name is replaced. */
export function unpack(archive, FS, folder) {
  const bytes = new Uint8Array(archive);
  const view = new DataView(archive);
  const decoder = new TextDecoder();
  const made = new Set();
  for (let at = 0; view.getUint32(at, true) === FILE;) {
    if (view.getUint16(at + 6, true) & 8 || view.getUint16(at + 8, true)) {
      throw new Error("a pack's archive holds a file that is not stored as it is");
    }
    const [size, named, more] = [view.getUint32(at + 18, true), view.getUint16(at + 26, true),
      view.getUint16(at + 28, true)];
    const path = `${folder}/${decoder.decode(bytes.subarray(at + HEAD, at + HEAD + named))}`;
    const begin = at + HEAD + named + more;
    at = begin + size;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) FS.mkdirTree(parent);
    made.add(parent);
    FS.writeFile(path, bytes.subarray(begin, at), { canOwn: true }); // the archive has no other use
  }
}
