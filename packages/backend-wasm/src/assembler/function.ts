import { type Code, type I32, instruction, unsigned, type ValueType, type Void } from './code.ts'

/** A variable of a function. */
export interface Local<T extends ValueType> {
  readonly get: Code<T>
  set(value: Code<T>): Void
  /** Sets the variable and returns the value. */
  tee(value: Code<T>): Code<T>
}

/** The local variables of one function. */
export class Locals {
  readonly types: ValueType[] = []

  constructor(private readonly parameters: number) {}

  add<T extends ValueType>(type: T): Local<T> {
    return localOf(type, this.parameters + this.types.push(type) - 1)
  }
}

export function localOf<T extends ValueType>(type: T, index: number): Local<T> {
  const number = unsigned(index)
  return {
    get: { type, bytes: [0x20, ...number] },
    set: (value) => instruction('void', [0x21, ...number], value),
    tee: (value) => instruction(type, [0x22, ...number], value),
  }
}

/** Adds to a local. */
export function increase(local: Local<'i32'>, by: I32): Void {
  return local.set(instruction('i32', 0x6a, local.get, by))
}

/** Named intermediate values of an expression: each is computed once, in the order of the calls of `let`. */
export class Temporaries {
  private readonly statements: Void[] = []

  constructor(readonly locals: Locals) {}

  /** Computes a value once and returns code that reads it any number of times. */
  let<T extends ValueType>(value: Code<T>): Code<T> {
    const local = this.locals.add(value.type)
    this.statements.push(local.set(value))
    return local.get
  }

  do(statement: Void): void {
    this.statements.push(statement)
  }

  /** The result after all temporaries, as one expression or statement. */
  end<T extends ValueType | 'void'>(result: Code<T>): Code<T> {
    return { type: result.type, bytes: [...this.statements.map(({ bytes }) => bytes), result.bytes] }
  }
}
