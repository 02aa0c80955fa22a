import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import type { SizeRow } from './results.ts'
import type { Builder } from './tools.ts'

interface Bundle {
  readonly name: string
  /** A dense network that is trained with Adam. */
  readonly code: string
  /** Whether its packages are those of the repository or of `peers`. */
  readonly from: 'own' | 'peers'
  /** A file that the code loads later. */
  readonly loads?: string
}

const gradus = (backend: string, name: string) => `
import { ${name} } from '${backend}'
import { Dense } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
await useBackend(${name}())
const model = new Sequential([new Dense({ units: 8, activation: 'relu', inputShape: [2] }), new Dense({ units: 2 })])
model.compile({ optimizer: new Adam(), loss: new SparseCategoricalCrossentropy({ fromLogits: true }) })
await model.fit([[0, 1], [1, 0]], [0, 1], { epochs: 2, verbose: 0 })
`

const tfjs = (backend: string) => `
import { setBackend, tensor2d } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-${backend}'
import { layers, sequential } from '@tensorflow/tfjs-layers'
await setBackend('${backend}')
const model = sequential({ layers: [layers.dense({ units: 8, activation: 'relu', inputShape: [2] }), layers.dense({ units: 2 })] })
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' })
await model.fit(tensor2d([[0, 1], [1, 0]]), tensor2d([[0], [1]]), { epochs: 2 })
`

// without Adam and layers, which jax-js does not have
const jax = `
import { init, defaultDevice, jit, valueAndGrad, numpy as np, nn } from '@jax-js/jax'
await init('wasm')
defaultDevice('wasm')
const loss = ([w, b], x, y) => np.mean(nn.logSoftmax(np.matmul(x, w).add(b)).mul(nn.oneHot(y, 2))).neg()
const step = jit((params, x, y) => valueAndGrad(loss)(params, x, y))
step([np.zeros([2, 2]), np.zeros([2])], np.array([[0, 1], [1, 0]]), np.array([0, 1], { dtype: np.int32 }))
`

const bundles: readonly Bundle[] = [
  { name: 'Gradus, cpu', code: gradus('@gradus/backend-cpu', 'cpu'), from: 'own' },
  { name: 'Gradus, wasm', code: gradus('@gradus/backend-wasm', 'wasm'), from: 'own' },
  { name: 'TensorFlow.js, cpu', code: tfjs('cpu'), from: 'peers' },
  {
    name: 'TensorFlow.js, wasm',
    code: tfjs('wasm'),
    from: 'peers',
    loads: 'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  },
  { name: 'jax-js (arrays and gradients; no layers, no optimizer)', code: jax, from: 'peers' },
]

/** Bundles the same program for the browser with each library. */
export async function measureSizes(builder: Builder): Promise<SizeRow[]> {
  const rows: SizeRow[] = []
  for (const bundle of bundles) {
    rows.push(
      await sizeOf(bundle, builder).catch((error: Error) => ({
        bundle: bundle.name,
        reason: error.message.split('\n').at(-1)!,
      })),
    )
  }
  return rows
}

async function sizeOf({ name, code, from, loads }: Bundle, { home, build }: Builder): Promise<SizeRow> {
  const folder = from === 'own' ? home : join(home, 'peers')
  if (from === 'peers' && !existsSync(join(folder, 'node_modules'))) return { bundle: name, reason: 'not installed' }
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: code, resolveDir: folder, sourcefile: 'main.mjs' },
    absWorkingDir: home,
    outdir: '/size',
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: from === 'own' ? ['@gradus/source'] : [],
    external: from === 'own' ? [] : ['fs', 'path', 'os', 'util', 'crypto', 'worker_threads', 'perf_hooks'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const broken = warnings.find(({ id }) => id === 'import-is-undefined')
  if (broken) return { bundle: name, reason: `not available: ${broken.text}` }
  const eager = eagerFiles(metafile)
  let [gzip, minified, later] = [0, 0, 0]
  for (const { path, contents } of outputFiles) {
    const packed = gzipSync(contents, { level: 9 }).length / 1000
    if ([...eager].some((file) => path.endsWith(file.slice(file.lastIndexOf('/'))))) {
      gzip += packed
      minified += contents.length / 1000
    } else later += packed
  }
  if (loads) later += gzipSync(readFileSync(join(folder, loads)), { level: 9 }).length / 1000
  return { bundle: name, gzipKb: gzip, minifiedKb: minified, ...(later > 0 && { laterKb: later }) }
}

/** The entry file and its static imports. */
function eagerFiles({ outputs }: Metafile): Set<string> {
  const entry = Object.keys(outputs).find((path) => outputs[path]!.entryPoint)!
  const found = new Set([entry])
  for (const path of found) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') found.add(next)
  }
  return found
}
