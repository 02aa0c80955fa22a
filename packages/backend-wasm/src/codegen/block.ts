import type { Axis } from '@gradus/schedule'
import { type Code, type I32, type Locals, sequence, type ValueType, type Void } from '../assembler/index.ts'

/**
 * A sequence of statements in nested loops: the body of a loop, or the statements after a loop in the same body. Code that
 * does not depend on a loop goes into a block outside of it.
 */
export class Block {
  readonly depth: number
  private readonly statements: Void[] = []
  private readonly known = new Map<string, Code<ValueType>>()
  private readonly axes = new Map<Axis, I32>()

  constructor(
    readonly locals: Locals,
    readonly parent?: Block,
  ) {
    this.depth = parent ? parent.depth + 1 : 0
  }

  /** Defines a loop variable of this block. */
  bind(axis: Axis, value: I32): void {
    this.axes.set(axis, value)
  }

  /** The value of a loop variable of this block or an enclosing one. */
  valueOf(axis: Axis): I32 {
    for (let block: Block | undefined = this; block; block = block.parent) {
      const value = block.axes.get(axis)
      if (value) return value
    }
    throw new Error('A loop variable is used outside of its loop.')
  }

  /** The innermost block, from this one outwards, that binds one of the axes. */
  binding(axes: readonly Axis[]): Block {
    if (axes.length === 0) return this.root
    let block: Block = this
    while (block.parent && !axes.some((axis) => block.axes.has(axis))) block = block.parent
    return block
  }

  get root(): Block {
    let block: Block = this
    while (block.parent) block = block.parent
    return block
  }

  add(statement: Void): void {
    this.statements.push(statement)
  }

  /** Computes a value in this block and returns code that reads it. */
  let<T extends ValueType>(value: Code<T>): Code<T> {
    const local = this.locals.add(value.type)
    this.add(local.set(value))
    return local.get
  }

  /** The value stored under a key in this block or an enclosing one. */
  find(key: string): Code<ValueType> | undefined {
    for (let block: Block | undefined = this; block; block = block.parent) {
      const value = block.known.get(key)
      if (value) return value
    }
    return undefined
  }

  remember(key: string, value: Code<ValueType>): void {
    this.known.set(key, value)
  }

  /** The value stored under a key, computed in this block on first use. */
  once<T extends ValueType>(key: string, value: () => Code<T>): Code<T> {
    let known = this.find(key) as Code<T> | undefined
    if (!known) this.remember(key, (known = this.let(value())))
    return known
  }

  /** The code of this block. */
  code(): Void {
    return sequence(...this.statements)
  }
}
