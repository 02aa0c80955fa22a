import { type Backend, BackendError, cast, matmul, onBackend, tensor } from '@gradus/tensor'
import type { GpuTraits } from './traits.ts'

const size = 64

/** Rejects unless the device has matrix units that multiply correctly. */
export async function requireMatrices(backend: Backend, { matrixUnit }: GpuTraits): Promise<void> {
  if (!matrixUnit) {
    throw new BackendError(
      'The webgpu backend does not start with `subgroupMatrix`: the device offers no matrix units for float16 with float32 sums. ' +
        'In Chromium they need the flag --enable-unsafe-webgpu. Leave the option out to do without them.',
    )
  }
  // integers that are exact in float16, with exact sums of products
  const numbers = (factor: number) => Float32Array.from({ length: size * size }, (_, i) => ((i * factor) % 7) - 3)
  const [a, b] = [numbers(5), numbers(3)]
  const product = onBackend(backend, () => {
    const [left, right] = [a, b].map((values) => cast(tensor(values, { shape: [size, size] }), 'float16'))
    return matmul(left!, right!)
  })
  const found = await product.data()
  product.dispose()
  found.forEach((value, position) => {
    const [row, column] = [Math.floor(position / size), position % size]
    let expected = 0
    for (let k = 0; k < size; k++) expected += a[row * size + k]! * b[k * size + column]!
    if (value === expected) return
    throw new BackendError(
      `The webgpu backend does not start with \`subgroupMatrix\`: the matrix units of the device give ${value} instead of ${expected}. ` +
        'Leave the option out to do without them.',
    )
  })
}
