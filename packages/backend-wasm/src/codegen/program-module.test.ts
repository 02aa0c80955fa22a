import { compile } from '@gradus/graph'
import { type Backend, onBackend, type Tensor, tensor } from '@gradus/tensor'
import { Dice, programKinds, type RandomProgram } from '@gradus/testing/checks'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { variants } from '../testing/variants.ts'
import { loadWabt } from '../testing/wabt.ts'

const { validate } = await loadWabt()

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The features that modules of each variant may use. */
const allowed: Readonly<Record<string, Parameters<typeof validate>[1]>> = {
  'one thread': { simd: true, relaxedSimd: true },
  'two threads that share everything': { simd: true, relaxedSimd: true, threads: true },
  'no relaxed SIMD': { simd: true },
  'no SIMD': {},
}

const casesPerKind = 6

/** Stops compilation once the module exists, because some engines could not continue. */
class Made extends Error {
  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    super('The module was made.')
  }
}

/** Makes the module of a program as the variant would on an engine with all instructions. */
function moduleMaker(make: () => Backend): (program: RandomProgram) => Uint8Array<ArrayBuffer> {
  const { Memory } = WebAssembly
  let started = false
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      if (started) throw new Made(bytes)
    }
  }
  vi.stubGlobal('WebAssembly', { Memory, Module, validate: () => true })
  const backend = make()
  started = true
  return ({ inputs, run }) =>
    onBackend(backend, () => {
      const tensors = inputs.map(({ data, shape }) => tensor(data, { shape }))
      try {
        compile((...given: Tensor[]) => run(...given)).graph(...tensors)
      } catch (error) {
        if (error instanceof Made) return error.bytes
        throw error
      }
      throw new Error('No module was made.')
    })
}

it('the features of every variant are known', () => {
  expect(Object.keys(allowed)).toEqual(Object.keys(variants))
})

describe.each(Object.entries(variants))('modules for %s', (variant, make) => {
  const features = allowed[variant]!

  it.each(Object.entries(programKinds))('are valid and use only permitted features: %s', (name, program) => {
    const moduleOf = moduleMaker(make)
    for (let number = 0; number < casesPerKind; number++) {
      const made = program(new Dice(1000 * number + name.length))
      const bytes = moduleOf(made)
      expect(() => validate(bytes, features), made.label).not.toThrow()
    }
  })

  const used = Object.keys(features) as (keyof typeof features)[]
  if (used.length === 0) return
  it('use all permitted features', () => {
    const bytes = moduleMaker(make)(programKinds['matrix product with an epilogue']!(new Dice(3)))
    for (const feature of used) expect(() => validate(bytes, { ...features, [feature]: false }), feature).toThrow()
  })
})
