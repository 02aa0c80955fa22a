import type { DeviceBuffer } from '@gradus/tensor/internals'

/**
 * Runs a program `count` times, for executables that cannot repeat by themselves: the outputs of each run are the first
 * inputs of the next. Frees the outputs of earlier runs, and none of the given inputs.
 *
 * @example
 * import { runRepeatedly } from '@gradus/graph/internals'
 * const double = ([state, rate]) => [state * rate]
 * runRepeatedly(double, [1, 2], 3, () => {}) // => [8]
 */
export function runRepeatedly(
  run: (inputs: readonly DeviceBuffer[]) => DeviceBuffer[],
  inputs: readonly DeviceBuffer[],
  count: number,
  free: (buffer: DeviceBuffer) => void,
): DeviceBuffer[] {
  let outputs = run(inputs)
  for (let done = 1; done < count; done++) {
    const next = run([...outputs, ...inputs.slice(outputs.length)])
    outputs.forEach((buffer, index) => {
      if (buffer !== next[index] && !next.includes(buffer) && !inputs.includes(buffer)) free(buffer)
    })
    outputs = next
  }
  return outputs
}
