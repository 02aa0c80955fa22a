import { Dense, input, Layer, Model, readCsv } from 'gradus'
import { add, exp, log, mean, mul, randomNormal, square, sub, sum } from 'gradus/ops'

const epochs = Number(process.env.EPOCHS ?? 60)
const latentDim = 2

const names = Array.from({ length: 64 }, (_, i) => `p${i}`)
const columns = Object.fromEntries(names.map((name) => [name, 'number']))
async function readDigits(file) {
  const table = await readCsv(`${import.meta.dirname}/../digits/${file}.csv`, { columns })
  const { data, ...rest } = table.matrix(names)
  return { ...rest, data: data.map((pixel) => pixel / 16) }
}
const xTrain = await readDigits('train')
const xTest = await readDigits('test')

// Draws a point of the latent space and adds the divergence from the normal distribution to the loss.
class Sampling extends Layer {
  static type = 'examples/Sampling'

  apply([zMean, zLogVar], scope) {
    const terms = sub(sub(add(1, zLogVar), square(zMean)), exp(zLogVar))
    scope.addLoss(mul(-0.5, mean(sum(terms, { axis: 1 }))))
    const epsilon = randomNormal(scope.rng.next(), zMean.shape)
    return add(zMean, mul(exp(mul(0.5, zLogVar)), epsilon))
  }
}

const encoderInputs = input({ shape: [64] })
const hidden = new Dense({ units: 64, activation: 'relu' }).call(encoderInputs)
const zMean = new Dense({ units: latentDim, name: 'z_mean' }).call(hidden)
const zLogVar = new Dense({ units: latentDim, name: 'z_log_var' }).call(hidden)
const z = new Sampling().call([zMean, zLogVar])
const encoder = new Model({ inputs: encoderInputs, outputs: [zMean, zLogVar, z], name: 'encoder' })

const latentInputs = input({ shape: [latentDim] })
const expanded = new Dense({ units: 64, activation: 'relu' }).call(latentInputs)
const pixels = new Dense({ units: 64, activation: 'sigmoid' }).call(expanded)
const decoder = new Model({ inputs: latentInputs, outputs: pixels, name: 'decoder' })

const vae = new Model({ inputs: encoderInputs, outputs: decoder.call(z), name: 'vae', seed: 1 })
vae.summary()

// The loss of a sample is the sum over its pixels of the crossentropy, and the divergence.
const reconstruction = (yTrue, yPred) => {
  const p = add(mul(yPred, 1 - 2e-7), 1e-7)
  return mul(-1, sum(add(mul(yTrue, log(p)), mul(sub(1, yTrue), log(sub(1, p)))), { axis: -1 }))
}
vae.compile({ optimizer: 'adam', loss: reconstruction })
await vae.fit(xTrain, xTrain, { epochs, batchSize: 32, verbose: 0 })
const { loss } = await vae.evaluate(xTest, xTest, { verbose: 0 })
console.log(`loss of new digits: ${loss.toFixed(2)}`)

// Digits along a line through the latent space.
const line = [-1.5, -0.5, 0.5, 1.5].map((position) => [position, 0.5])
const digits = await decoder.predict(line)
const images = digits.array()
for (let row = 0; row < 8; row++) {
  const show = (image) => image.slice(8 * row, 8 * row + 8).map((p) => ' .:*#'[Math.round(4 * p)]).join('')
  console.log(images.map(show).join('   '))
}
