import { type Bytes, ByteWriter, type Code, type I32, type Late, unsigned, type ValueType } from './code.ts'
import { typeByte } from './control.ts'
import { type Local, Locals, localOf } from './function.ts'

/** The locals that hold the parameters of a function. */
type LocalsOf<P extends readonly ValueType[]> = { [K in keyof P]: Local<P[K]> }
type ArgumentsOf<P extends readonly ValueType[]> = { [K in keyof P]: Code<P[K]> }

/** A function that code of the module can call. */
export interface Callable<P extends readonly ValueType[], R extends ValueType | 'void'> {
  /** Its index in the module, which is known once all imports are. */
  readonly index: Late
  call(...args: ArgumentsOf<P>): Code<R>
}

export interface Signature<P extends readonly ValueType[], R extends ValueType | 'void'> {
  readonly params: P
  readonly result: R
}

/** The memory that a module imports as `env.memory`. */
export interface MemoryImport {
  readonly shared: boolean
  readonly maximumPages: number
}

interface Defined {
  readonly type: number
  /** Locals and code. */
  readonly bytes: Bytes
}

/** Assembles a WebAssembly module. */
export class ModuleBuilder {
  private readonly types: Bytes[] = []
  private readonly typeNumbers = new Map<string, number>()
  private readonly imports: Bytes[] = []
  private readonly importedFunctions = new Map<string, number>()
  private readonly functions: Defined[] = []
  private readonly exports: Bytes[] = []
  private readonly globals: Bytes[] = []
  private readonly elements: Late[] = []
  private readonly writer = new ByteWriter()

  constructor(memory: MemoryImport) {
    const limits = [memory.shared ? 3 : 1, ...unsigned(1), ...unsigned(memory.maximumPages)]
    this.imports.push([name('env'), name('memory'), 0x02, limits])
  }

  importFunction<const P extends readonly ValueType[], R extends ValueType | 'void'>(
    field: string,
    { params, result }: Signature<P, R>,
  ): Callable<P, R> {
    let index = this.importedFunctions.get(field)
    if (index === undefined) {
      index = this.importedFunctions.size
      this.importedFunctions.set(field, index)
      this.imports.push([name('env'), name(field), 0x00, unsigned(this.typeNumber(params, result))])
    }
    const number = unsigned(index)
    return callable(() => number, result)
  }

  /** A mutable 32-bit variable, which the host sets through the export of the same name. */
  exportGlobal(field: string): Local<'i32'> {
    const index = this.globals.push([0x7f, 0x01, 0x41, 0x00, 0x0b]) - 1
    this.exports.push([name(field), 0x03, unsigned(index)])
    return {
      get: { type: 'i32', bytes: [0x23, ...unsigned(index)] },
      set: (value) => ({ type: 'void', bytes: [value.bytes, 0x24, ...unsigned(index)] }),
      tee: (value) => ({ type: 'i32', bytes: [value.bytes, 0x24, ...unsigned(index), 0x23, ...unsigned(index)] }),
    }
  }

  function<const P extends readonly ValueType[], R extends ValueType | 'void'>(
    { params, result }: Signature<P, R>,
    body: (locals: Locals, ...params: LocalsOf<P>) => Code<NoInfer<R>>,
  ): Callable<P, R> {
    const locals = new Locals(params.length)
    const given = params.map((type, index) => localOf(type, index)) as LocalsOf<P>
    const code = body(locals, ...given)
    const bytes = this.writer.joined([localGroups(locals.types), code.bytes, 0x0b])
    const index = this.functions.push({ type: this.typeNumber(params, result), bytes }) - 1
    return callable(() => unsigned(this.importedFunctions.size + index), result)
  }

  exportFunction(field: string, { index }: { readonly index: Late }): void {
    this.exports.push([name(field), 0x00, index])
  }

  /** The names of the imported functions. */
  get imported(): string[] {
    return [...this.importedFunctions.keys()]
  }

  /** Adds a function to the table and returns its index there. */
  addToTable({ index }: { readonly index: Late }): number {
    return this.elements.push(index) - 1
  }

  /** Calls the function at an index of the table, which must have this signature. */
  callIndirect<const P extends readonly ValueType[], R extends ValueType | 'void'>(
    { params, result }: Signature<P, R>,
    index: I32,
    ...args: ArgumentsOf<P>
  ): Code<R> {
    const type = this.typeNumber(params, result)
    const operands = (args as readonly Code<ValueType>[]).map(({ bytes }) => bytes)
    return { type: result, bytes: [...operands, index.bytes, 0x11, ...unsigned(type), 0x00] }
  }

  build(): Uint8Array<ArrayBuffer> {
    const { elements } = this
    const element = [0x00, 0x41, 0x00, 0x0b, vector(elements.map((index) => [index]))]
    const part = this.writer
    const whole = new ByteWriter()
    const section = (id: number, entries: readonly Bytes[]) => {
      if (entries.length === 0) return
      part.write(unsigned(entries.length))
      part.write(entries)
      const content = part.take()
      whole.write([id, ...unsigned(content.length)])
      whole.append(content)
    }
    whole.write([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
    section(1, this.types)
    section(2, this.imports)
    section(
      3,
      this.functions.map(({ type }) => unsigned(type)),
    )
    section(4, elements.length > 0 ? [[0x70, 0x00, ...unsigned(elements.length)]] : [])
    section(6, this.globals)
    section(7, this.exports)
    section(9, elements.length > 0 ? [element] : [])
    section(
      10,
      this.functions.map(({ bytes }) => {
        part.write(bytes)
        const code = part.take()
        return [...unsigned(code.length), code]
      }),
    )
    return whole.take()
  }

  private typeNumber(params: readonly ValueType[], result: ValueType | 'void'): number {
    const key = `${params.join()}>${result}`
    let number = this.typeNumbers.get(key)
    if (number === undefined) {
      const results = result === 'void' ? [] : [typeByte(result)]
      number = this.types.push([0x60, vector(params.map(typeByte)), vector(results)]) - 1
      this.typeNumbers.set(key, number)
    }
    return number
  }
}

function callable<P extends readonly ValueType[], R extends ValueType | 'void'>(
  index: Late,
  result: R,
): Callable<P, R> {
  return {
    index,
    call: (...args) => ({
      type: result,
      bytes: [...(args as readonly Code<ValueType>[]).map(({ bytes }) => bytes), 0x10, index],
    }),
  }
}

function localGroups(types: readonly ValueType[]): Bytes {
  const groups: Bytes[] = []
  let start = 0
  for (let end = 1; end <= types.length; end++) {
    if (types[end] === types[start]) continue
    groups.push([...unsigned(end - start), typeByte(types[start]!)])
    start = end
  }
  return vector(groups)
}

function vector(entries: readonly (Bytes | number)[]): Bytes {
  return [unsigned(entries.length), entries as Bytes]
}

function name(text: string): Bytes {
  const bytes = new TextEncoder().encode(text)
  return [unsigned(bytes.length), ...bytes]
}
