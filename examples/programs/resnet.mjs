// Classifies handwritten digits with a residual network. Random rotations, shifts and zooms are layers of the model.
// Data: the 8 x 8 images of examples/digits, 1437 to train, 360 of other writers to test.
// Time: 20 s for 15 epochs. Keras: 8 minutes.
// Accuracy on the test images: 0.925. Keras with the same settings: 0.931.
// Run: node examples/programs/resnet.mjs [epochs]
import {
  Activation,
  Adam,
  Add,
  BatchNormalization,
  Conv2D,
  CosineDecay,
  Dense,
  GlobalAveragePooling2D,
  input,
  Model,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  Rescaling,
  readCsv,
  Sequential,
} from 'gradus'

const epochs = Number(process.argv[2] ?? 15)

const columns = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`p${i}`, 'number']))
async function readDigits(name) {
  const path = `${import.meta.dirname}/../digits/${name}.csv`
  const table = await readCsv(path, { columns: { ...columns, digit: 'integer' } })
  const images = { ...table.matrix(Object.keys(columns)), shape: [table.rowCount, 8, 8, 1] }
  return [images, table.columns.digit]
}
const [xTrain, yTrain] = await readDigits('train')
const [xTest, yTest] = await readDigits('test')

// Active in training only.
const augmentation = new Sequential(
  [
    new RandomRotation({ factor: 0.03, fillMode: 'constant' }),
    new RandomTranslation({ heightFactor: 0.1, widthFactor: 0.1, fillMode: 'constant' }),
    new RandomZoom({ heightFactor: 0.1, fillMode: 'constant' }),
  ],
  { name: 'augmentation' },
)

const convolution = (filters, strides = 1, kernelSize = 3) =>
  new Conv2D({ filters, kernelSize, strides, padding: 'same', useBias: false, kernelInitializer: 'he_normal' })

function residualBlock(x, filters, strides = 1) {
  let shortcut = x
  x = convolution(filters, strides).call(x)
  x = new BatchNormalization({ momentum: 0.9 }).call(x)
  x = new Activation({ activation: 'relu' }).call(x)
  x = convolution(filters).call(x)
  x = new BatchNormalization({ momentum: 0.9 }).call(x)
  if (strides !== 1 || shortcut.shape.at(-1) !== filters) {
    shortcut = convolution(filters, strides, 1).call(shortcut)
    shortcut = new BatchNormalization({ momentum: 0.9 }).call(shortcut)
  }
  x = new Add().call([x, shortcut])
  return new Activation({ activation: 'relu' }).call(x)
}

const inputs = input({ shape: [8, 8, 1] })
let x = augmentation.call(inputs)
x = new Rescaling({ scale: 1 / 16 }).call(x)
x = convolution(16).call(x)
x = residualBlock(x, 16)
x = residualBlock(x, 32, 2)
x = new GlobalAveragePooling2D().call(x)
const outputs = new Dense({ units: 10, activation: 'softmax' }).call(x)
const model = new Model({ inputs, outputs, name: 'resnet', seed: 1 })
model.summary()

const batchSize = 32
const learningRate = new CosineDecay({
  initialLearningRate: 0.003,
  decaySteps: epochs * Math.ceil(yTrain.data.length / batchSize),
})
model.compile({ optimizer: new Adam({ learningRate }), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] })
await model.fit(xTrain, yTrain, { batchSize, epochs, validationData: [xTest, yTest], verbose: 2 })
const { accuracy, loss } = await model.evaluate(xTest, yTest, { verbose: 0 })
console.log(`Test loss: ${loss.toFixed(4)}, test accuracy: ${accuracy.toFixed(4)}`)
