// Classifies handwritten digits with two convolutions, pooling and dropout.
// Data: the 8 x 8 images of examples/digits, 1437 to train, 360 of other writers to test.
// Time: 10 s for 15 epochs. Keras: 17 to 25 s.
// Accuracy on the test images: 0.922. Keras with the same settings: 0.917 to 0.933 with three seeds.
// Run: node examples/programs/image-classifier.mjs [epochs]
import { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Rescaling, readCsv, Sequential } from 'gradus'

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

const model = new Sequential(
  [
    new Input({ shape: [8, 8, 1] }),
    new Rescaling({ scale: 1 / 16 }),
    new Conv2D({ filters: 32, kernelSize: [3, 3], padding: 'same', activation: 'relu' }),
    new MaxPooling2D({ poolSize: [2, 2] }),
    new Conv2D({ filters: 64, kernelSize: [3, 3], padding: 'same', activation: 'relu' }),
    new MaxPooling2D({ poolSize: [2, 2] }),
    new Flatten(),
    new Dropout({ rate: 0.5 }),
    new Dense({ units: 10, activation: 'softmax' }),
  ],
  { seed: 1 },
)
model.summary()

model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
await model.fit(xTrain, yTrain, { batchSize: 32, epochs, validationSplit: 0.1, verbose: 2 })
const score = await model.evaluate(xTest, yTest, { verbose: 0 })
console.log('Test loss:', score.loss.toFixed(4))
console.log('Test accuracy:', score.accuracy.toFixed(4))
