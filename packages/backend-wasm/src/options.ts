import { BackendError } from '@gradus/tensor'

/** The options of the backend, with examples. `wasm` checks the number of threads. */
const known = { threads: 2, relaxedSimd: false }

/** Throws `BackendError` for options that are not in an object, for unknown ones, and for a `relaxedSimd` that is no boolean. */
export function requireOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    const given = typeof options === 'number' ? options : known.threads
    throw new BackendError(`wasm takes its options in an object, as in wasm({ threads: ${given} }).`)
  }
  const names = Object.keys(known)
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue
    const near = names.find((name) => isNear(key, name))
    throw new BackendError(
      `wasm has no option '${key}'.${near ? ` Did you mean '${near}'?` : ''} (known: ${names.join(', ')})`,
    )
  }
  const { relaxedSimd } = options as { readonly relaxedSimd?: unknown }
  if (relaxedSimd !== undefined && typeof relaxedSimd !== 'boolean') {
    throw new BackendError(`wasm({ relaxedSimd: ${JSON.stringify(relaxedSimd)} }): \`relaxedSimd\` is true or false.`)
  }
}

/** Whether one name is a part of the other, or has the same letters except for two. */
function isNear(key: string, name: string): boolean {
  const [a, b] = [plain(key), plain(name)]
  if (a.length > 2 && (a.includes(b) || b.includes(a))) return true
  const left = [...b]
  const missing = [...a].filter((letter) => {
    const place = left.indexOf(letter)
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
  return a.length < 30 && missing.length + left.length <= 2
}

function plain(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase().replace(/s$/, '')
}
