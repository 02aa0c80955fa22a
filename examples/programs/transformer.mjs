// A decoder-only transformer that continues a text letter by letter: custom layers, causal attention, top-k sampling.
// Data: eight sonnets of Shakespeare in windows of 40 letters, 1624 windows.
// Time: 45 s for 12 epochs, sampling included. Keras: 64 s, without sampling.
// Accuracy of the next letter in training: 0.591, loss 1.288. Keras with the same settings: 0.588, loss 1.302.
// Run: node examples/programs/transformer.mjs [epochs]
import { readFileSync } from 'node:fs'
import {
  Dense,
  Dropout,
  Embedding,
  input,
  Layer,
  LayerNormalization,
  losses,
  Model,
  MultiHeadAttention,
  Rng,
  Sequential,
  TextVectorization,
} from 'gradus'
import { add, arange, categorical, div, slice, topK } from 'gradus/ops'

const epochs = Number(process.argv[2] ?? 12)
const maxlen = 40
const width = 64

class TokenAndPositionEmbedding extends Layer {
  static type = 'examples/TokenAndPositionEmbedding'
  static fields = { maxlen: 'integer', vocabSize: 'integer', embedDim: 'integer' }

  constructor(config) {
    super(config)
    const { maxlen, vocabSize, embedDim } = this.options
    this.tokens = new Embedding({ inputDim: vocabSize, outputDim: embedDim })
    this.positions = new Embedding({ inputDim: maxlen, outputDim: embedDim })
  }

  apply(x) {
    const positions = this.positions.call(arange(x.shape.at(-1)))
    return add(this.tokens.call(x), positions)
  }
}

class TransformerBlock extends Layer {
  static type = 'examples/TransformerBlock'
  static fields = { embedDim: 'integer', numHeads: 'integer', rate: { type: 'number', default: 0.1 } }

  constructor(config) {
    super(config)
    const { embedDim, numHeads, rate } = this.options
    this.attention = new MultiHeadAttention({ numHeads, keyDim: embedDim / numHeads })
    this.ffn = new Sequential([new Dense({ units: 4 * embedDim, activation: 'relu' }), new Dense({ units: embedDim })])
    this.norm1 = new LayerNormalization({ epsilon: 1e-6 })
    this.norm2 = new LayerNormalization({ epsilon: 1e-6 })
    this.dropout1 = new Dropout({ rate })
    this.dropout2 = new Dropout({ rate })
  }

  apply(x) {
    const attended = this.attention.call([x, x], { useCausalMask: true })
    const out = this.norm1.call(add(x, this.dropout1.call(attended)))
    return this.norm2.call(add(out, this.dropout2.call(this.ffn.call(out))))
  }
}

const text = readFileSync(`${import.meta.dirname}/data/sonnets.txt`, 'utf8')
const vectorize = new TextVectorization({ standardize: 'none', split: 'character' })
await vectorize.adapt([text])
const vocabulary = vectorize.getVocabulary()
const [codes] = vectorize.call([text]).array()

// Each sample is a window of the text, its target the same window one character later.
const x = []
const y = []
for (let i = 0; i + maxlen < codes.length; i += 3) {
  x.push(codes.slice(i, i + maxlen))
  y.push(codes.slice(i + 1, i + maxlen + 1))
}

const inputs = input({ shape: [maxlen], dtype: 'int32' })
let h = new TokenAndPositionEmbedding({ maxlen, vocabSize: vocabulary.length, embedDim: width }).call(inputs)
h = new TransformerBlock({ embedDim: width, numHeads: 4 }).call(h)
h = new TransformerBlock({ embedDim: width, numHeads: 4 }).call(h)
const model = new Model({ inputs, outputs: new Dense({ units: vocabulary.length }).call(h), seed: 1 })
model.summary()

model.compile({
  optimizer: 'adam',
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ['accuracy'],
})
await model.fit(x, y, { batchSize: 32, epochs, verbose: 2 })

// Continues a text by `count` characters: the k most probable ones, sampled at a temperature.
async function continued(start, { count = 120, k = 5, temperature = 0.7 } = {}) {
  const random = new Rng(7)
  const [tokens] = vectorize.call([start]).array()
  while (tokens.length < start.length + count) {
    const seen = tokens.slice(-maxlen)
    const last = seen.length - 1
    const logits = await model.predict([[...seen, ...Array(maxlen - seen.length).fill(0)]])
    const { values, indices } = topK(slice(logits, [0, last, 0], [1, 1, vocabulary.length]), k)
    const choice = categorical(random.next(), div(values, temperature)).item()
    tokens.push(indices.array()[0][0][choice])
  }
  return tokens.map((token) => vocabulary[token]).join('')
}

console.log(await continued("Shall I compare thee to a summer's"))
console.log(await continued('When I do count the clock', { k: 3, temperature: 0.5 }))
