import { describe, expect, it } from 'vitest'
import { assembled } from '../testing/assembler/assembled.ts'
import { loadWabt } from '../testing/wabt.ts'
import type { ValueType } from './code.ts'
import { drop } from './control.ts'
import { increase, Locals, localOf, Temporaries } from './function.ts'
import { i32 } from './scalar.ts'

const wabt = await loadWabt()

describe('locals', () => {
  it('are numbered after the parameters and declared in groups', () => {
    const types: ValueType[] = ['i32', 'i32', 'f32', 'v128', 'v128', 'v128', 'i64', 'f64', 'i32']
    const { bodies } = assembled(wabt, (module) => {
      module.function({ params: ['f32', 'i64'], result: 'void' }, (locals) => {
        const made = types.map((type) => locals.add(type))
        return drop(made.at(-1)!.get)
      })
    })
    expect(bodies).toEqual([[`(local ${types.join(' ')})`, 'local.get 10', 'drop']])
  })

  it('are declared only if there are any', () => {
    const { bodies } = assembled(wabt, (module) => {
      module.function({ params: ['i32'], result: 'i32' }, (_, a) => a.get)
    })
    expect(bodies).toEqual([['local.get 0']])
  })

  it('keep their values, even with indices of two bytes', () => {
    const { call, bodies } = assembled(wabt, (module) => {
      const choose = module.function({ params: ['i32'], result: 'i32' }, (locals, start) => {
        const temps = new Temporaries(locals)
        // of alternating types, so that each local is a group
        const all = Array.from({ length: 300 }, () => [locals.add('i32'), locals.add('f32')] as const)
        for (const [place, [local]] of all.entries()) temps.do(local.set(i32.add(start.get, i32.const(place))))
        return temps.end(all.map(([local]) => local.get).reduce((sum, next) => i32.add(sum, next)))
      })
      module.exportFunction('sum', choose)
    })
    expect(call('sum', 0)).toBe((299 * 300) / 2)
    expect(call('sum', 7)).toBe((299 * 300) / 2 + 2100)
    expect(bodies[0]).toContain('local.set 599')
  })

  it('are read, set, and both at once', () => {
    const local = localOf('i32', 1)
    const { bodies, call } = assembled(wabt, (module) => {
      const both = module.function({ params: ['i32'], result: 'i32' }, (locals, a) => {
        locals.add('i32')
        return i32.mul(local.tee(i32.add(a.get, i32.const(1))), local.get)
      })
      module.exportFunction('square', both)
      module.function({ params: ['f32', 'i32'], result: 'void' }, () => local.set(local.get))
    })
    expect(bodies[0]!.slice(1)).toEqual([
      'local.get 0',
      'i32.const 1',
      'i32.add',
      'local.tee 1',
      'local.get 1',
      'i32.mul',
    ])
    expect(bodies[1]).toEqual(['local.get 1', 'local.set 1'])
    expect(call('square', 4)).toBe(25)
  })

  it('are increased in place', () => {
    const { bodies, call } = assembled(wabt, (module) => {
      const more = module.function({ params: ['i32', 'i32'], result: 'i32' }, (locals, a, b) => {
        const temps = new Temporaries(locals)
        temps.do(increase(a, b.get))
        return temps.end(a.get)
      })
      module.exportFunction('more', more)
    })
    expect(bodies[0]).toEqual(['local.get 0', 'local.get 1', 'i32.add', 'local.set 0', 'local.get 0'])
    expect(call('more', 2 ** 31 - 1, 1)).toBe(-(2 ** 31))
  })

  it('have the requested types', () => {
    const locals = new Locals(3)
    locals.add('v128')
    locals.add('i64')
    expect(locals.types).toEqual(['v128', 'i64'])
    expect(locals.add('f64').get).toMatchObject({ type: 'f64', bytes: [0x20, 5] })
  })
})

describe('temporaries', () => {
  it('compute each value once, in the order of the calls', () => {
    const seen: number[] = []
    const see = (value: number) => {
      seen.push(value)
      return 10 * value
    }
    const { call } = assembled(
      wabt,
      (module) => {
        const outside = module.importFunction('see', { params: ['i32'], result: 'i32' })
        const run = module.function({ params: [], result: 'i32' }, (locals) => {
          const temps = new Temporaries(locals)
          const first = temps.let(outside.call(i32.const(1)))
          const second = temps.let(outside.call(i32.const(2)))
          temps.do(drop(outside.call(i32.add(first, second))))
          const third = temps.let(outside.call(i32.const(3)))
          return temps.end(i32.add(i32.mul(second, second), i32.sub(third, first)))
        })
        module.exportFunction('run', run)
      },
      { see },
    )
    expect(call('run')).toBe(20 * 20 + 30 - 10)
    expect(seen).toEqual([1, 2, 30, 3])
  })

  it('may end with a statement', () => {
    const { call, memory } = assembled(wabt, (module) => {
      const run = module.function({ params: ['i32'], result: 'void' }, (locals, at) => {
        const temps = new Temporaries(locals)
        const value = temps.let(i32.add(at.get, i32.const(1)))
        return temps.end(i32.store8(at.get, value))
      })
      module.exportFunction('run', run)
    })
    call('run', 8)
    expect(memory[8]).toBe(9)
  })
})
