import { sampleRate } from './wav.ts'

/** Looked at in pieces of 20 ms. */
const piece = sampleRate / 50
/** Louder than the noise of a quiet line; telephones bring speech at a tenth of full scale and more. */
const loud = 600
const [leastLoud, mostQuiet, before] = [8, 35, 10]
const longest = 10 * 50

export type Change = { kind: 'begins' } | { kind: 'utterance'; samples: Int16Array }

/**
 * Cuts what a caller says out of the stream: an utterance is 160 ms of sound or more, up to 700 ms of quiet or ten seconds, with the 200 ms
 * before it. Counts samples and no clock.
 */
export class Utterances {
  #rest: number[] = []
  #kept: Int16Array[] = []
  #loud = 0
  #quiet = 0
  #speaking = false

  take(pcm: Buffer): Change[] {
    const changes: Change[] = []
    for (let at = 0; at + 1 < pcm.length; at += 2) {
      this.#rest.push(pcm.readInt16LE(at))
      if (this.#rest.length === piece) {
        const change = this.#next(Int16Array.from(this.#rest))
        this.#rest = []
        if (change) changes.push(change)
      }
    }
    return changes
  }

  #next(samples: Int16Array): Change | undefined {
    let sum = 0
    for (const one of samples) sum += one * one
    const isLoud = Math.sqrt(sum / samples.length) > loud
    this.#kept.push(samples)
    this.#loud = isLoud ? this.#loud + 1 : this.#speaking ? this.#loud : 0
    this.#quiet = isLoud ? 0 : this.#quiet + 1
    if (!this.#speaking) {
      if (this.#loud < leastLoud) {
        if (!isLoud) this.#kept = this.#kept.slice(-before)
        return undefined
      }
      this.#speaking = true
      return { kind: 'begins' }
    }
    if (this.#quiet < mostQuiet && this.#kept.length < longest) return undefined
    const all = this.#kept
    this.reset()
    const joined = new Int16Array(all.length * piece)
    all.forEach((one, at) => joined.set(one, at * piece))
    return { kind: 'utterance', samples: joined }
  }

  /** What was begun is no answer any more. */
  reset(): void {
    this.#kept = []
    this.#loud = 0
    this.#quiet = 0
    this.#speaking = false
  }
}
