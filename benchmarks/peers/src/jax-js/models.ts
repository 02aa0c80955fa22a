import { type Array as JaxArray, lax, nn, numpy as np, random } from '@jax-js/jax'
import type { ArticleSpec, CnnSpec, LstmSpec, StepSpec, TransformerSpec } from '../../../src/shared/spec.ts'

/** The loss of a batch, and the network's outputs. `key` is for dropout; without it nothing is dropped. */
export type Loss = (
  params: JaxArray[],
  x: JaxArray,
  y: JaxArray,
  key: JaxArray | undefined,
) => [loss: JaxArray, outputs: JaxArray]

// Every use of an array consumes it, so an array that is used twice is used once through `ref`.

export function lossOf(spec: ArticleSpec | StepSpec): Loss {
  switch (spec.kind) {
    case 'article':
      return articleLoss(spec)
    case 'mlp':
      return (params, x, y) => crossEntropy(denseStack(params, x), y, spec.classes)
    case 'cnn':
      return cnnLoss(spec)
    case 'lstm':
      return lstmLoss(spec)
    case 'transformer':
      return transformerLoss(spec)
  }
}

const dense = (x: JaxArray, kernel: JaxArray, bias: JaxArray) => np.matmul(x, kernel).add(bias)

function denseStack(params: JaxArray[], x: JaxArray): JaxArray {
  let result = x
  for (let i = 0; i < params.length; i += 2) {
    result = dense(result, params[i]!, params[i + 1]!)
    if (i + 2 < params.length) result = nn.relu(result)
  }
  return result
}

function crossEntropy(logits: JaxArray, labels: JaxArray, classes: number): [JaxArray, JaxArray] {
  return [nn.logSoftmax(logits.ref, -1).mul(nn.oneHot(labels, classes)).sum(-1).mean().neg(), logits]
}

function articleLoss({ classes }: ArticleSpec): Loss {
  return (params, x, y) => {
    const outputs = nn.sigmoid(denseStack(params, x))
    const shares = outputs.ref.div(outputs.ref.sum(-1, { keepdims: true }))
    const logs = np.log(np.clip(shares, 1e-7, 1 - 1e-7))
    return [logs.mul(nn.oneHot(y, classes)).sum(-1).mean().neg(), outputs]
  }
}

/** Images are `[batch, channels, height, width]`, kernels `[filters, channels, height, width]`. */
function cnnLoss({ filters, pool, dropout, classes }: CnnSpec): Loss {
  return (params, x, y, key) => {
    let h = x
    filters.forEach((count, i) => {
      const bias = params[2 * i + 1]!.reshape([count, 1, 1])
      h = nn.relu(lax.conv(h, params[2 * i]!, [1, 1], 'VALID').add(bias))
      h = lax.reduceWindow(h, np.max, [pool, pool], [pool, pool])
    })
    if (key && dropout > 0) {
      const kept = random.bernoulli(key, 1 - dropout, h.shape).astype(np.float32)
      h = h.mul(kept).mul(1 / (1 - dropout))
    }
    const [batch, ...rest] = h.shape
    const flat = h.reshape([batch!, rest.reduce((a, b) => a * b, 1)])
    return crossEntropy(dense(flat, params.at(-2)!, params.at(-1)!), y, classes)
  }
}

function lstmLoss({ steps, units }: LstmSpec): Loss {
  return ([kernel, recurrent, bias, outKernel, outBias], x, y) => {
    const batch = x.shape[0]!
    const projected = np.matmul(x, kernel!).add(bias!)
    let h = np.zeros([batch, units])
    let c = np.zeros([batch, units])
    for (let step = 0; step < steps; step++) {
      const z = projected.ref.slice([], step).add(np.matmul(h, recurrent!.ref))
      const gate = (index: number) => z.ref.slice([], [index * units, (index + 1) * units])
      const candidate = nn.sigmoid(gate(0)).mul(np.tanh(gate(2)))
      c = nn.sigmoid(gate(1)).mul(c).add(candidate)
      h = nn.sigmoid(gate(3)).mul(np.tanh(c.ref))
      z.dispose()
    }
    projected.dispose()
    recurrent!.dispose()
    c.dispose()
    const outputs = dense(h, outKernel!, outBias!)
    return [np.square(outputs.ref.sub(y)).mean(), outputs]
  }
}

function normalize(x: JaxArray, gamma: JaxArray, beta: JaxArray): JaxArray {
  const centered = x.ref.sub(x.mean(-1, { keepdims: true }))
  const variance = np.square(centered.ref).mean(-1, { keepdims: true })
  return centered
    .div(np.sqrt(variance.add(1e-5)))
    .mul(gamma)
    .add(beta)
}

function transformerLoss({ layers, width, heads, context, vocabulary }: TransformerSpec): Loss {
  const size = width / heads
  const mask = Float32Array.from({ length: context ** 2 }, (_, i) => (i % context > Math.floor(i / context) ? -1e9 : 0))

  function attend(qkv: JaxArray, later: JaxArray): JaxArray {
    const batch = qkv.shape[0]!
    const part = (index: number) =>
      qkv.ref
        .slice([], [], [index * width, (index + 1) * width])
        .reshape([batch, context, heads, size])
        .transpose([0, 2, 1, 3])
    const scores = np.matmul(part(0), part(1).transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(size))
    const mixed = np.matmul(nn.softmax(scores.add(later), -1), part(2))
    qkv.dispose()
    return mixed.transpose([0, 2, 1, 3]).reshape([batch, context, width])
  }

  return (params, tokens, y) => {
    let next = 0
    const take = () => params[next++]!
    const later = np.array(mask).reshape([context, context])
    const embedded = np.take(take(), tokens, 0)
    let x = embedded.add(take())
    for (let layer = 0; layer < layers; layer++) {
      const normal = normalize(x.ref, take(), take())
      const mixed = attend(dense(normal, take(), take()), later.ref)
      x = x.add(dense(mixed, take(), take()))
      const wide = nn.gelu(dense(normalize(x.ref, take(), take()), take(), take()), { approximate: true })
      x = x.add(dense(wide, take(), take()))
    }
    later.dispose()
    const logits = dense(normalize(x, take(), take()), take(), take())
    return crossEntropy(logits, y, vocabulary)
  }
}

/** The initial weights in the layout of this code: convolutions and the layer after them have the channels first. */
export function adaptWeights(spec: ArticleSpec | StepSpec, weights: JaxArray[]): JaxArray[] {
  if (spec.kind !== 'cnn') return weights
  const { kernel, pool, filters, classes } = spec
  let { height, width } = spec
  for (const _ of filters) {
    height = Math.floor((height - kernel + 1) / pool)
    width = Math.floor((width - kernel + 1) / pool)
  }
  return weights.map((weight, index) => {
    if (index === weights.length - 2) {
      const rows = weight.reshape([height, width, filters.at(-1)!, classes]).transpose([2, 0, 1, 3])
      return rows.reshape([height * width * filters.at(-1)!, classes])
    }
    return weight.shape.length === 4 ? weight.transpose([3, 2, 0, 1]) : weight
  })
}
