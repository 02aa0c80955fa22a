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

/** Says what bytes are that are no image, as the end of a sentence. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'is empty'
  const start = ascii(bytes, 0, 200)
  if (/^(\xef\xbb\xbf)?\s*(<!doctype html|<html|<head|<body)/i.test(start)) return 'is an HTML page, not an image'
  if (/^\s*(<\?xml|<svg)/i.test(start)) return 'is SVG or XML, which has no pixels. Convert it to PNG'
  if (start.startsWith('version https://git-lfs')) return 'is a pointer of Git LFS, not the image. Run git lfs pull'
  if (/^\s*[[{]/.test(start)) return 'is text such as JSON, not an image'
  if (start.startsWith('PK\x03\x04')) return 'is a zip archive, not an image'
  if (start.startsWith('%PDF')) return 'is a PDF, not an image'
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `is no image: it begins with the bytes ${first}`
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}
