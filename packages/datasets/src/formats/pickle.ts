import { FormatError } from '@gradus/core'
import { ascii } from '../files/bytes.ts'
import { type Item, Name, type PickleValue, textOf, Unbuilt, valueOf } from './pickle-values.ts'

/** The only names that a pickle may have: those of arrays of NumPy. Nothing is run; they stand for code below. */
const names: Readonly<Record<string, 'ndarray' | 'dtype' | 'reconstruct' | 'encode'>> = {
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  '_codecs encode': 'encode',
}

/**
 * Reads a pickle that holds numbers, texts, lists, tuples, dictionaries and arrays of NumPy, in protocol 2 to 5. Throws
 * `FormatError` with the position for anything else, such as a call of another function. No code of the pickle runs.
 */
export function readPickle(bytes: Uint8Array, name: string): PickleValue {
  return new PickleReader(bytes, name).read()
}

class PickleReader {
  private at = 0
  private readonly view: DataView
  private readonly stack: Item[] = []
  private readonly marks: number[] = []
  private readonly memo: Item[] = []

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  read(): PickleValue {
    try {
      for (;;) {
        const code = this.bytes[this.at++]
        if (code === 0x2e) return valueOf(this.pop(), this.name, (why) => this.error(why))
        if (code === undefined) throw this.error('it has no end')
        this.step(code)
      }
    } catch (error) {
      if (error instanceof RangeError) throw this.error('it is incomplete')
      throw error
    }
  }

  private step(code: number): unknown {
    const { stack } = this
    switch (String.fromCharCode(code)) {
      case '\x80':
        if (this.u8() > 5) throw this.error('its protocol is not 2 to 5')
        return
      case '\x95': // a frame
        this.at += 8
        return
      case 'K':
        return this.push(this.u8())
      case 'M':
        return this.push(this.view.getUint16(this.skip(2), true))
      case 'J':
        return this.push(this.view.getInt32(this.skip(4), true))
      case '\x8a':
        return this.push(this.long(this.u8()))
      case 'G':
        return this.push(this.view.getFloat64(this.skip(8)))
      case 'N':
        return this.push(null)
      case '\x88':
      case '\x89':
        return this.push(code === 0x88)
      case 'U': // texts of Python 2 are bytes
      case 'C':
        return this.push(this.take(this.u8()))
      case 'T':
      case 'B':
        return this.push(this.take(this.u32()))
      case '\x8e':
        return this.push(this.take(this.u64()))
      case '\x8c':
        return this.push(this.text(this.u8()))
      case 'X':
        return this.push(this.text(this.u32()))
      case '(':
        this.marks.push(stack.length)
        return
      case '0':
        this.pop()
        return
      case ']':
      case ')':
        return this.push([])
      case '}':
        return this.push(new Map())
      case 'l':
      case 't':
        return this.push(this.popMarked())
      case '\x85':
      case '\x86':
      case '\x87':
        return this.push(this.popMany(code - 0x84))
      case 'a':
        return this.append([this.pop()])
      case 'e':
        return this.append(this.popMarked())
      case 's':
        return this.set(this.popMany(2))
      case 'u':
        return this.set(this.popMarked())
      case 'q':
        this.memo[this.u8()] = this.top()
        return
      case 'r':
        return this.remember(this.u32())
      case '\x94':
        return this.remember(this.memo.length)
      case 'h':
        return this.push(this.remembered(this.u8()))
      case 'j':
        return this.push(this.remembered(this.u32()))
      case 'c':
        return this.push(this.named(`${this.line()} ${this.line()}`))
      case '\x93': {
        const [module, member] = this.popMany(2)
        return this.push(this.named(`${String(module)} ${String(member)}`))
      }
      case 'R': {
        const [called, args] = this.popMany(2)
        return this.push(this.called(called, args))
      }
      case 'b': {
        const state = this.pop()
        const made = this.top()
        if (!(made instanceof Unbuilt) || !Array.isArray(state)) throw this.error('it changes an object')
        made.state = state
        return
      }
      default:
        throw this.error(`it has the instruction 0x${code.toString(16)}, which data does not need`)
    }
  }

  private named(name: string): Name {
    const meaning = Object.hasOwn(names, name) ? names[name] : undefined
    if (meaning) return new Name(meaning)
    throw this.error(
      `it names ${JSON.stringify(name.slice(0, 100).replace(' ', '.'))}, which is not an array of NumPy. Nothing of it was run`,
    )
  }

  private called(called: Item | undefined, args: Item | undefined): Item {
    const list: readonly Item[] = Array.isArray(args) ? args : []
    const meaning = called instanceof Name ? called.meaning : ''
    if (meaning === 'reconstruct') return new Unbuilt('array')
    if (meaning === 'dtype' && list.length > 0) return new Unbuilt('dtype', textOf(list[0]))
    // bytes of Python 3 in protocol 2
    if (meaning === 'encode' && typeof list[0] === 'string') return Uint8Array.from(list[0], (c) => c.charCodeAt(0))
    throw this.error('it calls a function')
  }

  private append(items: readonly Item[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw this.error('it adds to what is no list')
    for (const item of items) list.push(item)
  }

  private set(items: readonly Item[]): void {
    const map = this.top()
    if (!(map instanceof Map) || items.length % 2) throw this.error('it adds to what is no dictionary')
    for (let i = 0; i < items.length; i += 2) (map as Map<string, Item>).set(textOf(items[i]), items[i + 1]!)
  }

  private remember(index: number): void {
    if (index > this.bytes.length) throw this.error('it numbers more objects than it can have')
    this.memo[index] = this.top()
  }

  private remembered(index: number): Item {
    const found = this.memo[index]
    if (found === undefined) throw this.error('it refers to an object that it does not have')
    return found
  }

  private push(item: Item): void {
    this.stack.push(item)
  }

  private pop(): Item {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.error('its instructions do not fit together')
    return this.stack.pop()!
  }

  private top(): Item {
    const item = this.stack.at(-1)
    if (item === undefined) throw this.error('its instructions do not fit together')
    return item
  }

  private popMany(count: number): Item[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  private popMarked(): Item[] {
    const mark = this.marks.pop()
    if (mark === undefined) throw this.error('its instructions do not fit together')
    return this.stack.splice(mark)
  }

  private skip(count: number): number {
    this.at += count
    return this.at - count
  }

  private take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw this.error('it is incomplete')
    return this.bytes.subarray(this.skip(count), this.at)
  }

  private text(count: number): string {
    return new TextDecoder().decode(this.take(count))
  }

  private u8 = () => this.view.getUint8(this.skip(1))
  private u32 = () => this.view.getUint32(this.skip(4), true)
  private u64 = () => Number(this.view.getBigUint64(this.skip(8), true))

  private long(count: number): number {
    const digits = this.take(count)
    if (count > 6) throw this.error('it has a number of more than 48 bits')
    const value = digits.reduceRight((sum, byte) => sum * 256 + byte, 0)
    return count > 0 && digits[count - 1]! & 0x80 ? value - 2 ** (8 * count) : value
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at)
    if (end < 0 || end - this.at > 1000) throw this.error('it is damaged')
    return ascii(this.bytes.subarray(this.skip(end + 1 - this.at), end))
  }

  private error(why: string): FormatError {
    return new FormatError(`${this.name} has a pickle that is refused at byte ${this.at}: ${why}.`)
  }
}
