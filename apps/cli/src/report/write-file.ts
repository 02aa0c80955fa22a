import { extname, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { encodeImg } from 'gradus'
import { writeFileAtomic } from 'gradus/io'
import { toRaster } from './charts/pixels.ts'
import { type Picture, stacked } from './charts/shapes.ts'
import { toSvg } from './charts/svg.ts'

/** The kinds of files that a command writes. */
export type OutKind = 'html' | 'svg' | 'png'

/** The kind of a file by its name. Throws `ConfigError` for other names than `kinds` allow. */
export function outKind(out: string, kinds: readonly OutKind[]): OutKind {
  const kind = kinds.find((name) => extname(out).toLowerCase() === `.${name}`)
  if (kind) return kind
  const names = kinds.map((name) => `.${name}`)
  throw new ConfigError(
    `--out ${out}: expected a name that ends in ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`,
  )
}

/** Writes a file, complete or not at all, and returns its absolute path and size. */
export async function writeOut(
  out: string,
  cwd: string,
  data: string | Uint8Array,
): Promise<{ path: string; bytes: number }> {
  const path = resolve(cwd, out)
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  await writeFileAtomic(path, bytes)
  return { path, bytes: bytes.length }
}

/** Pictures below each other as the contents of an SVG or a PNG file. */
export async function pictureFile(
  kind: 'svg' | 'png',
  title: string,
  pictures: readonly Picture[],
): Promise<string | Uint8Array> {
  const whole = stacked(title, pictures)
  return kind === 'svg' ? `${toSvg(whole, true)}\n` : encodeImg(toRaster(whole))
}
