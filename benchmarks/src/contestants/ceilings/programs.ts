import {
  doWhile,
  f32x4,
  i32,
  increase,
  type Local,
  ModuleBuilder,
  sequence,
  v128,
} from '../../../../packages/backend-wasm/src/assembler/index.ts'

const memory = { shared: false, maximumPages: 65536 }

// enough chains to hide the latency of two units for each operation, and few enough for the 16 registers of x64
const chains = 6
const unrolled = 4

/** Floating point operations of one round of `arithmetic`. */
export function operationsPerRound(relaxed: boolean): number {
  return 4 * (relaxed ? 2 : 1) * 2 * chains * unrolled
}

/**
 * Multiplies and adds in registers, equally often, in independent chains. With relaxed SIMD each instruction does both.
 */
export function arithmetic(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder(memory)
  const run = builder.function({ params: ['i32'], result: 'f32' }, (locals, rounds) => {
    const group = () => Array.from({ length: chains }, () => locals.add('v128'))
    const [products, sums] = [group(), group()]
    const [factor, term] = [locals.add('v128'), locals.add('v128')]
    const madd = (local: Local<'v128'>) => local.set(f32x4.relaxedMadd(local.get, factor.get, term.get))
    const once = products.flatMap((product, i) => {
      const sum = sums[i]!
      if (relaxed) return [madd(product), madd(sum)]
      return [product.set(f32x4.mul(product.get, factor.get)), sum.set(f32x4.add(sum.get, term.get))]
    })
    const all = [...products, ...sums]
    const body = sequence(
      ...all.map((local, i) => local.set(f32x4.const(i + 1))),
      factor.set(f32x4.const(1 - 2 ** -24)), // far from overflow and from denormal numbers, which are slow
      term.set(f32x4.const(2 ** -20)),
      doWhile(
        sequence(...Array.from({ length: unrolled }, () => once).flat(), increase(rounds, i32.const(-1))),
        rounds.get,
      ),
    )
    const total = all.map(({ get }) => get).reduce((a, b) => f32x4.add(a, b))
    return { type: 'f32', bytes: [body.bytes, f32x4.extract(total, 0).bytes] }
  })
  builder.exportFunction('run', run)
  return builder.build()
}

/** Copies from the first address to the second up to the third; the length is a multiple of 64 bytes. */
export function copy(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder(memory)
  const run = builder.function({ params: ['i32', 'i32', 'i32'], result: 'void' }, (_locals, from, to, end) =>
    doWhile(
      sequence(
        ...[0, 16, 32, 48].map((offset) => v128.store(to.get, v128.load(from.get, offset), offset)),
        increase(from, i32.const(64)),
        increase(to, i32.const(64)),
      ),
      i32.ltU(to.get, end.get),
    ),
  )
  builder.exportFunction('run', run)
  return builder.build()
}
