import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { type Backend, onBackend, type Tensor, type TypedArray, tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dice } from './testing/dice.ts'
import { programKinds, type RandomProgram } from './testing/programs.ts'
import { variants } from './testing/variants.ts'

// The conformance suite has small samples; these programs are large and odd enough to reach every path of the generator.

const reference = cpu()
const cases: Readonly<Record<keyof typeof variants, number>> = {
  'one thread': 12,
  'two threads that share everything': 8,
}

function run(backend: Backend, { inputs, run: body }: RandomProgram): TypedArray[] {
  return onBackend(backend, () => {
    const tensors = inputs.map(({ data, shape }) => tensor(data, { shape }))
    const results = compile((...given: Tensor[]) => body(...given))(...tensors)
    const values = results.map((result) => result.dataSync().slice())
    for (const used of [...tensors, ...results]) used.dispose()
    return values
  })
}

describe.each(Object.entries(variants))('programs on wasm with %s', (variant, make) => {
  const backend = make()
  it.each(Object.entries(programKinds))('%s', (name, make) => {
    for (let number = 0; number < (cases[variant] ?? 4); number++) {
      const program = make(new Dice(1000 * number + name.length))
      const [actual, expected] = [run(backend, program), run(reference, program)]
      expected.forEach((values, output) => {
        const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0.01)
        const wrong = values.findIndex(
          (value, i) => !(Math.abs(actual[output]![i]! - value) <= 2e-5 * (largest + Math.abs(value))),
        )
        const what = `case ${number} (${program.label}), output ${output}: ${actual[output]![wrong]} instead of ${values[wrong]} at ${wrong}`
        expect(wrong, what).toBe(-1)
      })
    }
  })
})
