import { expect, it } from 'vitest'
import { BaseLayer } from '../layer/base-layer.ts'
import type { OptionsOf } from './fields.ts'
import { Registry } from './registry.ts'

const fields = {
  axis: { type: ['integer', 'numbers'], default: -1, whenNull: [] },
  units: { type: 'integer', default: 4 },
} as const

class Scale extends BaseLayer {
  static readonly type = 'test/Scale'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  apply(): never {
    throw new Error('not called')
  }
}

it('keeps null for options with `whenNull`, and otherwise treats it as not set', () => {
  const registry = new Registry([Scale])
  const layer = registry.parse('layer', { layer: 'test/Scale', axis: null, units: null })
  expect(layer.config).toEqual({ axis: null })
  expect(layer.options).toEqual({ axis: [], units: 4 })
  expect(registry.parse('layer', layer.toSpec()).options).toEqual(layer.options)
})
