// Compares the files of models with an installed Keras, in both directions:
//   npm run compare:keras-files -- [--configs 3] [--seed 1] [--only TEXT] [--backend NAME] [--keep FOLDER] [--quick]
// With --quick the models are not trained, and only .keras files are compared.
// GRADUS_PYTHON names the Python that has the packages `keras`, `jax` and `h5py` (default python3).
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { importBundled } from './bundled.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    configs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    backend: { type: 'string', default: 'cpu' },
    keep: { type: 'string' },
    quick: { type: 'boolean' },
  },
})
const python = process.env.GRADUS_PYTHON || 'python3'
const env = { ...process.env, KERAS_BACKEND: 'jax', TF_CPP_MIN_LOG_LEVEL: '3', PYTHONWARNINGS: 'ignore' }
const found = spawnSync(python, ['-c', 'import keras, jax, h5py; print(keras.__version__)'], { env, encoding: 'utf8' })
if (found.status !== 0) {
  console.error(
    `${python} has no Keras, so there is nothing to compare with. Install it: python3 -m venv venv && venv/bin/pip install keras jax h5py; then GRADUS_PYTHON=venv/bin/python npm run compare:keras-files.`,
  )
  process.exit(2)
}
console.log(`Keras ${found.stdout.trim()}`)
const folder = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'gradus-keras-files-'))
mkdirSync(folder, { recursive: true })
const runPython = (action, ...options) =>
  spawnSync(python, [join(here, 'keras/file_models.py'), action, folder, ...options], { env, stdio: 'inherit' }).status
try {
  if (
    runPython(
      'write',
      '--configs',
      values.configs,
      '--seed',
      values.seed,
      '--only',
      values.only,
      ...(values.quick ? ['--quick'] : []),
    ) !== 0
  )
    process.exit(1)
  const { main } = await importBundled('src/compare-files.ts', folder)
  const status = await main(folder, values.backend)
  process.exitCode = runPython('check') || status
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
