// A dataset as threads load it, without imports, so that it runs without a build.
import { threadId } from 'node:worker_threads'

export class Numbers {
  constructor({ scale }) {
    this.scale = scale
    this.epochs = 0
    this.all = Float32Array.from({ length: 100 }, (_, i) => i)
  }

  onEpochBegin() {
    this.epochs++
  }

  async getItem(index) {
    if (index === 7) throw new Error('no batch 7')
    if (index === 8) process.exit(3)
    await new Promise((resolve) => setTimeout(resolve, index % 2 ? 1 : 10))
    const data = this.all.subarray(index * 2, index * 2 + 2)
    return {
      x: { data, shape: [2, 1], dtype: 'float32' },
      y: [this.scale * index, this.epochs],
      sampleWeight: Float32Array.of(threadId),
    }
  }
}
