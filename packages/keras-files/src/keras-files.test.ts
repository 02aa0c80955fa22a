import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dense, loadModel, Sequential } from 'gradus'
import { expect, it } from 'vitest'

it('finds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-keras-'))
  const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
  await model.save(join(folder, 'x.keras'))
  const copy = await loadModel(join(folder, 'x.keras'))
  expect(copy.countParams()).toBe(8)
  rmSync(folder, { recursive: true })
})
