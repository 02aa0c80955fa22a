import { type Locals, sequence, type V128, type Void } from '../assembler/index.ts'
import type { Arithmetic } from './arithmetic.ts'

/**
 * Keeps the constants of a function in locals that are set once. V8 builds a vector constant where the code has it,
 * several instructions each time; in a loop that takes longer than the arithmetic.
 */
export class ConstantPool {
  private readonly values = new Map<string, V128>()
  private readonly statements: Void[] = []

  constructor(private readonly locals: Locals) {}

  /** `arithmetic` with all constants from here. */
  over(arithmetic: Arithmetic): Arithmetic {
    return {
      ...arithmetic,
      float: (value) => this.local(arithmetic.float(value)),
      integer: (value) => this.local(arithmetic.integer(value)),
      double: (value) => this.local(arithmetic.double(value)),
    }
  }

  /** Sets the locals: goes before the loop, and is asked for after the loop's code is made. */
  setUp(): Void {
    return sequence(...this.statements)
  }

  private local(constant: V128): V128 {
    const key = constant.bytes.join()
    let value = this.values.get(key)
    if (value === undefined) {
      const local = this.locals.add('v128')
      this.statements.push(local.set(constant))
      value = local.get
      this.values.set(key, value)
    }
    return value
  }
}
