import { Dense, Flatten } from '@gradus/layers'
import type { Model } from '@gradus/models'
import { makeApplication, predictions } from '../network/application.ts'
import type { ApplicationConfig } from '../options.ts'
import { type Hashes, orderedFile } from '../weights.ts'

// The filters of the convolutions of each block, and the number of convolutions of the last three blocks.
const filters = [64, 128, 256, 512, 512]

/** Blocks of convolutions of three by three, with a maximum after each block (Simonyan and Zisserman, 2014). */
export function vgg(title: string, depth: number, hashes: Hashes, config: ApplicationConfig): Promise<Model> {
  const name = title.toLowerCase()
  return makeApplication(config, {
    title,
    name,
    features(net, image) {
      let x = image
      for (const [index, width] of filters.entries()) {
        const block = `block${index + 1}`
        for (let i = 1; i <= (index < 2 ? 2 : depth); i++)
          x = net.conv(x, width, 3, { activation: 'relu', padding: 'same', name: `${block}_conv${i}` })
        x = net.pool('max', x, 2, { strides: 2, name: `${block}_pool` })
      }
      return x
    },
    classify(net, x, classifier) {
      const { dataFormat } = net
      let y = new Flatten({ name: 'flatten', ...(dataFormat === 'channelsFirst' && { dataFormat }) }).call(x)
      for (const layer of ['fc1', 'fc2']) y = new Dense({ units: 4096, activation: 'relu', name: layer }).call(y)
      return predictions(y, classifier)
    },
    published: (includeTop) => orderedFile(name, name, includeTop, hashes),
  })
}
