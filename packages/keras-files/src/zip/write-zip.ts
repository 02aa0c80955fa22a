import { zipSync } from 'fflate'

/** Makes a ZIP archive of files, which are stored as they are, as Keras does. `date` is the time that they have. */
export function writeZip(files: Readonly<Record<string, Uint8Array>>, date: Date): Uint8Array<ArrayBuffer> {
  return zipSync(files, { level: 0, mtime: date }) as Uint8Array<ArrayBuffer>
}
