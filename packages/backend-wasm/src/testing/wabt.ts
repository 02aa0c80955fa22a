import wabt from 'wabt'

/** The features that a module may use beyond WebAssembly without vectors. */
interface Allowed {
  readonly simd?: boolean
  readonly relaxedSimd?: boolean
  readonly threads?: boolean
}

/** An independent tool that validates and prints modules. */
export interface Wabt {
  /** Throws with the reason if a module is not valid or uses other features. */
  validate(bytes: Uint8Array<ArrayBuffer>, allowed: Allowed): void
  /** The text of a module, after validation. */
  text(bytes: Uint8Array<ArrayBuffer>, allowed?: Allowed): string
}

/** A module of the tool. The package's declarations lack that `validate` takes the features. */
interface Read {
  validate(features: object): void
  toText(options: object): string
  destroy(): void
}

const everything: Allowed = { simd: true, relaxedSimd: true, threads: true }

export async function loadWabt(): Promise<Wabt> {
  const tool = await wabt()

  function use<T>(bytes: Uint8Array<ArrayBuffer>, allowed: Allowed, look: (module: Read) => T): T {
    const features = featuresOf(allowed)
    const module: Read = tool.readWasm(bytes, features)
    try {
      module.validate(features)
      return look(module)
    } finally {
      module.destroy()
    }
  }

  return {
    validate: (bytes, allowed) => use(bytes, allowed, () => undefined),
    text: (bytes, allowed = everything) => use(bytes, allowed, (module) => module.toText({})),
  }
}

/** all features are listed, because some are on by default */
function featuresOf({ simd = false, relaxedSimd = false, threads = false }: Allowed) {
  return {
    mutable_globals: true,
    sat_float_to_int: true,
    bulk_memory: true,
    // introduced with the form of `select` that vectors need
    reference_types: simd,
    simd,
    relaxed_simd: relaxedSimd,
    threads,
    sign_extension: false,
    multi_value: false,
    exceptions: false,
    function_references: false,
    tail_call: false,
    annotations: false,
    code_metadata: false,
    gc: false,
    memory64: false,
    extended_const: false,
  }
}

/** The lines of each function in the text of a module, without comments; locals come first. */
export function functionBodies(text: string): string[][] {
  const lines = text
    .trimEnd()
    .replace(/\)$/, '')
    .replaceAll(/ ?(\(;.*?;\)|;; .*)/g, '')
    .split('\n')
  const bodies: string[][] = []
  let inside = false
  for (const line of lines) {
    if (/^ {2}\S/.test(line)) {
      inside = line.startsWith('  (func')
      if (inside) bodies.push([])
    } else if (inside) bodies.at(-1)!.push(line.trim())
  }
  // the bracket that closes the function
  return bodies.map((body) => body.map((line, place) => (place === body.length - 1 ? line.replace(/\)$/, '') : line)))
}
