import { strayFile } from '@gradus/core/files'

/** Says what bytes are that are no image, as the end of a sentence. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'is empty'
  const start = String.fromCharCode(...bytes.subarray(0, 200))
  const stray = strayFile(bytes)
  if (stray === 'html') return 'is an HTML page, not an image'
  if (stray === 'lfs') return 'is a pointer of Git LFS, not the image. Run git lfs pull'
  if (/^\s*(<\?xml|<svg)/i.test(start)) return 'is SVG or XML, which has no pixels. Convert it to PNG'
  if (/^\s*[[{]/.test(start)) return 'is text such as JSON, not an image'
  if (start.startsWith('PK\x03\x04')) return 'is a zip archive, not an image'
  if (start.startsWith('%PDF')) return 'is a PDF, not an image'
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `is no image: it begins with the bytes ${first}`
}
