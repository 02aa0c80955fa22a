import { describe, expect, it } from 'vitest'
import { assembled } from '../testing/assembler/assembled.ts'
import { loadWabt } from '../testing/wabt.ts'
import { type Bytes, type I32, sequence } from './code.ts'
import { drop, ifElse } from './control.ts'
import { ModuleBuilder } from './module.ts'
import { f32, f64, i32 } from './scalar.ts'

const wabt = await loadWabt()

const trap = expect.objectContaining({ name: 'RuntimeError' })
const linesWith = (text: string, word: string) => text.split('\n').filter((line) => line.includes(`(${word} `))

describe('the memory', () => {
  it.each([
    [false, 1, '1 1'],
    [false, 65536, '1 65536'],
    [true, 300, '1 300 shared'],
  ])('shared: %s, with at most %d pages', (shared, maximumPages, limits) => {
    const text = wabt.text(new ModuleBuilder({ shared, maximumPages }).build())
    expect(text).toContain(`(import "env" "memory" (memory (;0;) ${limits}))`)
  })
})

it('an empty module is valid', () => {
  const bytes = new ModuleBuilder({ shared: false, maximumPages: 1 }).build()
  expect(wabt.text(bytes, {})).not.toContain('func')
  expect(WebAssembly.validate(bytes)).toBe(true)
})

describe('functions', () => {
  it('call each other and imported functions, in any order of definition', () => {
    const { call, text } = assembled(
      wabt,
      (module) => {
        const double = module.function({ params: ['i32'], result: 'i32' }, (_, a) => i32.add(a.get, a.get))
        // this import shifts the indices of functions
        const outside = module.importFunction('outside', { params: ['i32', 'i32'], result: 'i32' })
        const both = module.function({ params: ['i32'], result: 'i32' }, (_, a) =>
          outside.call(double.call(a.get), i32.const(3)),
        )
        module.importFunction('unused', { params: [], result: 'void' })
        module.exportFunction('double', double)
        module.exportFunction('both', both)
      },
      { outside: (a: number, b: number) => a - b, unused: () => undefined },
    )
    expect(call('double', 21)).toBe(42)
    expect(call('both', 21)).toBe(39)
    expect(text).toContain('(export "both" (func 3))')
  })

  it('that are imported twice share one import', () => {
    const { call, text } = assembled(
      wabt,
      (module) => {
        const signature = { params: ['f64'], result: 'f64' } as const
        const [first, second] = [module.importFunction('half', signature), module.importFunction('half', signature)]
        module.importFunction('other', signature)
        expect(module.imported).toEqual(['half', 'other'])
        module.exportFunction(
          'quarter',
          module.function(signature, (_, x) => second.call(first.call(x.get))),
        )
      },
      { half: (x) => x / 2, other: (x) => x },
    )
    expect(call('quarter', 10)).toBe(2.5)
    expect(linesWith(text, 'import')).toHaveLength(3)
  })

  it('share equal types', () => {
    const { text } = assembled(wabt, (module) => {
      for (const params of [['i32'], ['i32'], ['f32'], ['i32', 'i32'], []] as const) {
        module.function({ params, result: 'void' }, () => sequence())
        module.function({ params, result: 'i32' }, () => i32.const(0))
      }
    })
    expect(linesWith(text, 'type').filter((line) => line.startsWith('  (type'))).toHaveLength(8)
  })

  it('take and return every type', () => {
    const { text } = assembled(wabt, (module) => {
      const all = ['i32', 'i64', 'f32', 'f64', 'v128'] as const
      for (const [place, result] of all.entries()) {
        module.function({ params: all, result }, (_, ...params) => params[place]!.get)
      }
    })
    expect(linesWith(text, 'type')[0]).toBe('  (type (;0;) (func (param i32 i64 f32 f64 v128) (result i32)))')
    expect(linesWith(text, 'type')[4]).toContain('(result v128)')
  })

  it('may be many, and long', () => {
    const { call } = assembled(wabt, (module) => {
      let last = module.function({ params: ['i32'], result: 'i32' }, (_, a) => a.get)
      for (let i = 0; i < 300; i++) {
        const before = last
        last = module.function({ params: ['i32'], result: 'i32' }, (_, a) => i32.add(before.call(a.get), i32.const(i)))
      }
      const long = module.function({ params: ['i32'], result: 'i32' }, (_, a) => {
        const addOne = [...i32.const(1).bytes, 0x6a]
        return { type: 'i32', bytes: [last.call(a.get).bytes, ...Array<Bytes>(20_000).fill(addOne)] }
      })
      module.exportFunction('long', long)
    })
    expect(call('long', 5)).toBe(5 + (299 * 300) / 2 + 20_000)
  })

  it('have names in any script', () => {
    const { call, text } = assembled(wabt, (module) => {
      const seven = module.function({ params: [], result: 'i32' }, () => i32.const(7))
      module.exportFunction('sieben', seven)
      module.exportFunction('größe Σ', seven)
    })
    expect(call('größe Σ')).toBe(7)
    expect(linesWith(text, 'export')).toHaveLength(2)
  })
})

describe('globals', () => {
  it('are read and set by code and by the host', () => {
    const { call, exports, text } = assembled(wabt, (module) => {
      const [first, second] = [module.exportGlobal('first'), module.exportGlobal('second')]
      const signature = { params: ['i32'], result: 'i32' } as const
      module.exportFunction(
        'teeFirst',
        module.function(signature, (_, a) => first.tee(a.get)),
      )
      module.exportFunction(
        'setSecond',
        module.function({ params: ['i32'], result: 'void' }, (_, a) => second.set(i32.add(a.get, first.get))),
      )
    })
    expect(linesWith(text, 'mut')).toEqual([
      '  (global (;0;) (mut i32) (i32.const 0))',
      '  (global (;1;) (mut i32) (i32.const 0))',
    ])
    expect([exports.first!.value, exports.second!.value]).toEqual([0, 0])
    expect(call('teeFirst', 5)).toBe(5)
    call('setSecond', 7)
    expect([exports.first!.value, exports.second!.value]).toEqual([5, 12])
    exports.first!.value = -1
    call('setSecond', 0)
    expect(exports.second!.value).toBe(-1)
  })
})

describe('the table', () => {
  const signature = { params: ['f32', 'f32'], result: 'f32' } as const

  it('has functions at the returned indices', () => {
    const { call, text } = assembled(
      wabt,
      (module) => {
        const add = module.function(signature, (_, a, b) => f32.add(a.get, b.get))
        const sub = module.function(signature, (_, a, b) => f32.sub(a.get, b.get))
        const outside = module.importFunction('outside', signature)
        expect([sub, add, outside, sub].map((callable) => module.addToTable(callable))).toEqual([0, 1, 2, 3])
        const run = module.function({ params: ['i32', 'f32', 'f32'], result: 'f32' }, (_, place, a, b) =>
          module.callIndirect(signature, place.get, a.get, b.get),
        )
        module.exportFunction('run', run)
      },
      { outside: (a, b) => a * b },
    )
    expect([0, 1, 2, 3].map((place) => call('run', place, 7, 2))).toEqual([5, 9, 14, 5])
    expect(linesWith(text, 'table')).toEqual(['  (table (;0;) 4 funcref)'])
    expect(() => call('run', 4, 7, 2)).toThrow(trap)
    expect(() => call('run', -1, 7, 2)).toThrow(trap)
  })

  it('refuses calls with another signature', () => {
    const { call } = assembled(wabt, (module) => {
      module.addToTable(module.function(signature, (_, a) => a.get))
      module.addToTable(module.function({ params: [], result: 'void' }, () => sequence()))
      const run = module.function({ params: ['i32'], result: 'void' }, (_, place) =>
        module.callIndirect({ params: [], result: 'void' }, place.get),
      )
      module.exportFunction('run', run)
    })
    expect(() => call('run', 0)).toThrow(trap)
    expect(call('run', 1)).toBeUndefined()
  })

  it('may be long', () => {
    const { call } = assembled(wabt, (module) => {
      for (let i = 0; i < 200; i++) {
        module.addToTable(module.function({ params: [], result: 'f64' }, () => f64.const(i / 2)))
      }
      const run = module.function({ params: ['i32'], result: 'f64' }, (_, place) =>
        module.callIndirect({ params: [], result: 'f64' }, place.get),
      )
      module.exportFunction('run', run)
    })
    expect([0, 127, 128, 199].map((place) => call('run', place))).toEqual([0, 63.5, 64, 99.5])
  })
})

it('the independent tool refuses a module that does not validate', () => {
  const module = new ModuleBuilder({ shared: false, maximumPages: 1 })
  const wrong = f32.const(1) as unknown as I32
  module.function({ params: [], result: 'void' }, () => drop(ifElse(i32.const(1), i32.const(2), wrong)))
  const bytes = module.build()
  expect(() => wabt.validate(bytes, { simd: true })).toThrow(/type mismatch/)
  expect(WebAssembly.validate(bytes)).toBe(false)
})
