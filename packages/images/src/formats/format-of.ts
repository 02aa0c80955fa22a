/** The formats that are told apart by their first bytes. */
export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'bmp' | 'webp' | 'tiff' | 'avif' | 'heic'

/** Returns the format of an image by its first bytes, whatever its name; undefined for others. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const text = ascii(bytes, 0, 16)
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (/^GIF8[79]a/.test(text)) return 'gif'
  if (text.startsWith('BM')) return 'bmp'
  if (/^RIFF....WEBP/s.test(text)) return 'webp'
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff'
  if (/^....ftyp(avif|avis)/s.test(text)) return 'avif'
  return /^....ftyp(hei|mif1)/s.test(text) ? 'heic' : undefined
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}
