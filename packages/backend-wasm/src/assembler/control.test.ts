import { describe, expect, it } from 'vitest'
import { assembled } from '../testing/assembler/assembled.ts'
import { loadWabt } from '../testing/wabt.ts'
import type { Code, ValueType } from './code.ts'
import { sequence } from './code.ts'
import * as control from './control.ts'
import { increase } from './function.ts'
import { f32, f64, i32, i64 } from './scalar.ts'
import { i32x4 } from './vector.ts'

const { copyMemory, doWhile, drop, fillMemory, ifElse, ifThen, typeByte, whileLoop } = control
const wabt = await loadWabt()

const trap = expect.objectContaining({ name: 'RuntimeError' })

const constants: { readonly [T in ValueType]: Code<T> } = {
  i32: i32.const(1),
  i64: i64.const(1, 0),
  f32: f32.const(1),
  f64: f64.const(1),
  v128: i32x4.const(1, 2, 3, 4),
}
const types = Object.keys(constants) as ValueType[]

const tests: Readonly<Record<keyof typeof control, () => void>> = {
  typeByte() {
    expect([...types, 'void' as const].map(typeByte)).toEqual([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x40])
  },

  ifThen() {
    const { bodies, call } = assembled(wabt, (module) => {
      const choose = module.function({ params: ['i32'], result: 'i32' }, (locals, condition) => {
        const result = locals.add('i32')
        const then = ifThen(condition.get, result.set(i32.const(5)))
        return { type: 'i32', bytes: [then.bytes, result.get.bytes] }
      })
      module.exportFunction('choose', choose)
    })
    expect(bodies).toEqual([['(local i32)', 'local.get 0', 'if', 'i32.const 5', 'local.set 1', 'end', 'local.get 1']])
    expect([0, 1, -3].map((condition) => call('choose', condition))).toEqual([0, 5, 5])
  },

  ifElse() {
    const { bodies, call } = assembled(wabt, (module) => {
      const choose = module.function({ params: ['i32', 'f64', 'f64'], result: 'f64' }, (_, condition, a, b) =>
        ifElse(condition.get, a.get, b.get),
      )
      module.exportFunction('choose', choose)
      const params = ['i32'] as const
      for (const type of types) {
        module.function({ params, result: type }, (_, condition) =>
          ifElse(condition.get, constants[type], constants[type]),
        )
      }
      module.function({ params, result: 'void' }, (_, condition) =>
        ifElse(condition.get, drop(constants.i32), drop(constants.f32)),
      )
    })
    expect(bodies[0]).toEqual(['local.get 0', 'if (result f64)', 'local.get 1', 'else', 'local.get 2', 'end'])
    const results = types.map((type) => `if (result ${type})`)
    expect(bodies.slice(1).map((body) => body[1])).toEqual([...results, 'if'])
    expect([0, 1, 2 ** 31].map((condition) => call('choose', condition, 2.5, -1))).toEqual([-1, 2.5, 2.5])
  },

  doWhile() {
    const { bodies, call } = assembled(wabt, (module) => {
      const count = module.function({ params: ['i32'], result: 'i32' }, (locals, end) => {
        const turns = locals.add('i32')
        const loop = doWhile(increase(turns, i32.const(1)), i32.ltS(turns.get, end.get))
        return { type: 'i32', bytes: [loop.bytes, turns.get.bytes] }
      })
      module.exportFunction('count', count)
    })
    const body = ['local.get 1', 'i32.const 1', 'i32.add', 'local.set 1']
    const again = ['local.get 1', 'local.get 0', 'i32.lt_s', 'br_if 0']
    expect(bodies).toEqual([['(local i32)', 'loop', ...body, ...again, 'end', 'local.get 1']])
    expect([-1, 0, 1, 2, 1000].map((end) => call('count', end))).toEqual([1, 1, 1, 2, 1000])
  },

  whileLoop() {
    const { bodies, call } = assembled(wabt, (module) => {
      // counts the pairs i, j with j < i < end
      const count = module.function({ params: ['i32'], result: 'i32' }, (locals, end) => {
        const [i, j, turns] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
        const inner = whileLoop(
          i32.ltS(j.get, i.get),
          sequence(increase(turns, i32.const(1)), increase(j, i32.const(1))),
        )
        const outer = sequence(j.set(i32.const(0)), inner, increase(i, i32.const(1)))
        return { type: 'i32', bytes: [whileLoop(i32.ltS(i.get, end.get), outer).bytes, turns.get.bytes] }
      })
      module.exportFunction('count', count)
    })
    const structure = bodies[0]!.filter((line) => /^(if|loop|br_if|end)/.test(line))
    expect(structure).toEqual(['if', 'loop', 'if', 'loop', 'br_if 0', 'end', 'end', 'br_if 0', 'end', 'end'])
    expect([-1, 0, 1, 2, 3, 50].map((end) => call('count', end))).toEqual([0, 0, 0, 1, 3, 1225])
  },

  drop() {
    const { bodies } = assembled(wabt, (module) => {
      for (const type of types) module.function({ params: [], result: 'void' }, () => drop(constants[type]))
    })
    expect(bodies.map((body) => body[1])).toEqual(types.map(() => 'drop'))
  },

  copyMemory() {
    const { bodies, call, memory } = assembled(wabt, (module) => {
      const copy = module.function({ params: ['i32', 'i32', 'i32'], result: 'void' }, (_, to, from, bytes) =>
        copyMemory(to.get, from.get, bytes.get),
      )
      module.exportFunction('copy', copy)
    })
    expect(bodies).toEqual([['local.get 0', 'local.get 1', 'local.get 2', 'memory.copy']])
    const expected = memory.map((_, at) => at % 251)
    memory.set(expected)
    for (const [to, from, bytes] of [
      [1000, 10, 300],
      [5, 0, 100],
      [0, 5, 100],
      [65536, 0, 0],
      [3, 9, 1],
    ] as const) {
      // biome-ignore format: short lists
      call('copy', to, from, bytes)
      expected.copyWithin(to, from, from + bytes)
      expect(Buffer.compare(memory, expected)).toBe(0)
    }
    expect(() => call('copy', 65530, 0, 7)).toThrow(trap)
    expect(() => call('copy', 0, -4, 4)).toThrow(trap)
    expect(Buffer.compare(memory, expected)).toBe(0)
  },

  fillMemory() {
    const { bodies, call, memory } = assembled(wabt, (module) => {
      const fill = module.function({ params: ['i32', 'i32', 'i32'], result: 'void' }, (_, to, value, bytes) =>
        fillMemory(to.get, value.get, bytes.get),
      )
      module.exportFunction('fill', fill)
    })
    expect(bodies).toEqual([['local.get 0', 'local.get 1', 'local.get 2', 'memory.fill']])
    const expected = memory.slice()
    for (const [to, value, bytes] of [
      [8, 255, 100],
      [20, 0, 7],
      [65536, 1, 0],
    ] as const) {
      call('fill', to, value, bytes)
      expected.fill(value, to, to + bytes)
      expect(Buffer.compare(memory, expected)).toBe(0)
    }
    expect(() => call('fill', 65530, 1, 7)).toThrow(trap)
  },
}

describe('control', () => {
  for (const [name, test] of Object.entries(tests)) it(name, test)
  it('has a test for every export', () => expect(Object.keys(tests).sort()).toEqual(Object.keys(control).sort()))
})
