/**
 * Returns which file stands in place of another: `html` for a page, as servers send for errors and for logging in, `lfs` for a pointer
 * of Git LFS, which names a file that was not fetched. Returns undefined for other files. The first 300 bytes decide.
 *
 * @example
 * import { strayFile } from '@gradus/core/files'
 * strayFile(new TextEncoder().encode('<!DOCTYPE html><title>Not found</title>')) // => 'html'
 */
export function strayFile(bytes: Uint8Array): 'html' | 'lfs' | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 300))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase()
  if (/^<(!doctype html|html|head|body)\b/.test(text) || (/^<\?xml/.test(text) && text.includes('<html'))) return 'html'
  return text.startsWith('version https://git-lfs') ? 'lfs' : undefined
}
