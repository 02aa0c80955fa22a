import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { type Backend, onBackend, type Tensor, type TypedArray, tensor } from '@gradus/tensor'
import type { Check } from '../check.ts'
import { Dice } from './dice.ts'
import { programKinds, type RandomProgram } from './programs.ts'

const reference = cpu()

/**
 * A check for each of the `programKinds`: a number of random programs of the kind, compiled, give the same results as on the cpu
 * backend. The samples of ops in `backendChecks` are small; these programs are large and irregular enough to reach all paths of a
 * code generator.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { programChecks, runChecks } from '@gradus/testing/checks'
 * const [first] = await runChecks(programChecks(cpu(), 1).slice(0, 1))
 * first // => { name: 'random programs: matrix product with an epilogue', status: 'passed' }
 */
export function programChecks(backend: Backend, cases: number): Check[] {
  return Object.entries(programKinds).map(([name, make]) => ({
    name: `random programs: ${name}`,
    async run() {
      for (let number = 0; number < cases; number++) {
        await compare(`case ${number}`, make(new Dice(1000 * number + name.length)), backend)
      }
    },
  }))
}

async function compare(label: string, program: RandomProgram, backend: Backend): Promise<void> {
  const [actual, expected] = [await resultsOf(program, backend), await resultsOf(program, reference)]
  expected.forEach((values, output) => {
    const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0.01)
    values.forEach((value, index) => {
      const found = actual[output]![index]!
      if (Math.abs(found - value) <= (program.tolerance ?? 2e-5) * (largest + Math.abs(value))) return
      throw new Error(`${label} (${program.label}), output ${output}: ${found} instead of ${value} at ${index}`)
    })
  })
}

async function resultsOf({ inputs, run }: RandomProgram, backend: Backend): Promise<TypedArray[]> {
  const results = onBackend(backend, () => {
    const tensors = inputs.map(({ data, shape }) => tensor(data, { shape }))
    const made = compile((...given: Tensor[]) => run(...given))(...tensors)
    for (const used of tensors) used.dispose()
    return made
  })
  const values = await Promise.all(results.map((result) => result.data()))
  for (const result of results) result.dispose()
  return values
}
