interface Block {
  address: number
  size: number
}

/** Free blocks of a memory. Adjacent ones are joined. */
export class FreeBlocks {
  /** Sorted by address. */
  private blocks: Block[] = []

  /** Takes the smallest block that is large enough. */
  take(size: number): number | undefined {
    const { blocks } = this
    let best = -1
    for (let index = 0; index < blocks.length; index++) {
      const own = blocks[index]!.size
      if (own >= size && (best < 0 || own < blocks[best]!.size)) best = index
    }
    const block = blocks[best]
    if (!block) return undefined
    const { address } = block
    if (block.size === size) blocks.splice(best, 1)
    else {
      block.address += size
      block.size -= size
    }
    return address
  }

  /** Takes an interval if all of it is free. */
  takeAt(address: number, size: number): boolean {
    const index = this.positionOf(address + 1) - 1
    const block = this.blocks[index]
    if (!block || block.address + block.size < address + size) return false
    this.blocks.splice(index, 1)
    this.add(block.address, address - block.address)
    this.add(address + size, block.address + block.size - address - size)
    return true
  }

  add(address: number, size: number): void {
    if (size === 0) return
    const position = this.positionOf(address)
    this.blocks.splice(position, 0, { address, size })
    this.joinWithNext(position)
    if (position > 0) this.joinWithNext(position - 1)
  }

  /** The size of the free block that ends at an address. */
  sizeBefore(end: number): number {
    const block = this.blocks[this.positionOf(end) - 1]
    return block && block.address + block.size === end ? block.size : 0
  }

  /** Removes all that lies at `end` or after it. */
  cut(end: number): void {
    this.blocks = this.blocks.filter(({ address }) => address < end)
    for (const block of this.blocks) block.size = Math.min(block.size, end - block.address)
  }

  /** The number of blocks with smaller addresses. */
  private positionOf(address: number): number {
    let [low, high] = [0, this.blocks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.blocks[middle]!.address < address) low = middle + 1
      else high = middle
    }
    return low
  }

  private joinWithNext(index: number): void {
    const [block, next] = [this.blocks[index]!, this.blocks[index + 1]]
    if (!next || block.address + block.size !== next.address) return
    block.size += next.size
    this.blocks.splice(index + 1, 1)
  }
}
