// Makes participants.csv and participants-test.csv:
//   node examples/side-effects/generate.mjs [folder]
// The seeds are fixed, so the files are the same every time, byte for byte.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const younger = [13, 64]
const older = [65, 100]

/**
 * A made-up drug trial: most participants of 65 and older had side effects, most younger ones had none, and 5 in 105 of
 * each group are exceptions.
 */
function participants(unit, random) {
  const rows = [
    ...rowsOf(5 * unit, younger, 1, random),
    ...rowsOf(5 * unit, older, 0, random),
    ...rowsOf(100 * unit, younger, 0, random),
    ...rowsOf(100 * unit, older, 1, random),
  ]
  return shuffled(rows, random)
}

function rowsOf(count, [youngest, oldest], sideEffects, random) {
  return Array.from({ length: count }, () => [youngest + Math.floor(random() * (oldest - youngest + 1)), sideEffects])
}

/** Shuffles in place (Fisher and Yates). */
function shuffled(rows, random) {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const row = rows[i]
    rows[i] = rows[j]
    rows[j] = row
  }
  return rows
}

/** A generator of numbers from 0 to 1 (Mulberry32). */
function mulberry32(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function csv(rows) {
  return `${['age,sideEffects', ...rows.map((row) => row.join(','))].join('\n')}\n`
}

const folder = process.argv[2] ?? dirname(fileURLToPath(import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'participants.csv'), csv(participants(10, mulberry32(2024))))
writeFileSync(join(folder, 'participants-test.csv'), csv(participants(2, mulberry32(2025))))
