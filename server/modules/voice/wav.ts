import { AppError } from '../../platform/errors.ts'

/** What telephones carry, and what Asterisk plays without converting it: 8 kHz, 16 bit, one channel. */
export const sampleRate = 8000

/** A WAV file. @param text what is said in it, kept in the file as a comment (RIFF INFO) */
export function makeWav(samples: Int16Array, text: string): Buffer {
  const comment = Buffer.from(`${text}\0`, 'utf8')
  const padded = Buffer.concat([comment, Buffer.alloc(comment.length % 2)])
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  const format = Buffer.alloc(16)
  for (const [at, value] of [
    [0, 1],
    [2, 1],
    [12, 2],
    [14, 16],
  ] as const)
    format.writeUInt16LE(value, at)
  format.writeUInt32LE(sampleRate, 4)
  format.writeUInt32LE(sampleRate * 2, 8)
  const info = Buffer.concat([Buffer.from('INFO'), chunk('ICMT', padded, comment.length)])
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    chunk('LIST', info),
    chunk('data', data),
  ])
  return chunk('RIFF', body)
}

function chunk(name: string, body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, body])
}

type Sound = { rate: number; samples: Int16Array }

/** Reads 16-bit PCM; of several channels the first. @throws {AppError} invalid, saying what is wrong with the file */
export function readWav(file: Buffer): Sound {
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'audio', message }])
  if (
    file.length < 44 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    throw wrong('is no WAV file')
  let format: { channels: number; rate: number } | undefined
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4)
    const from = at + 8
    // Programs that write into a pipe do not know the length yet and put the largest one.
    const size = Math.min(file.readUInt32LE(at + 4), file.length - from)
    if (name === 'fmt ' && size >= 16) {
      if (file.readUInt16LE(from) !== 1 || file.readUInt16LE(from + 14) !== 16)
        throw wrong('is not 16-bit PCM')
      format = { channels: file.readUInt16LE(from + 2), rate: file.readUInt32LE(from + 4) }
      if (format.channels < 1 || format.channels > 8 || format.rate < 4000 || format.rate > 192_000)
        throw wrong('is not a usual WAV file')
    }
    if (name === 'data') {
      if (!format) throw wrong('is no WAV file')
      const { channels, rate } = format
      const samples = new Int16Array(Math.floor(size / 2 / channels))
      for (let n = 0; n < samples.length; n++) samples[n] = file.readInt16LE(from + n * 2 * channels)
      return { rate, samples }
    }
    at = from + size + (size % 2)
  }
  throw wrong('has no sound in it')
}

/** Zero crossings of the filter on each side. */
const lobes = 12

/** Brings sound to telephone rate, without what a telephone cannot carry (windowed sinc). */
export function toTelephone({ rate, samples }: Sound): Int16Array {
  if (rate === sampleRate) return samples
  const ratio = sampleRate / rate
  const cutoff = Math.min(1, ratio) * 0.94
  const reach = Math.ceil(lobes / cutoff)
  const out = new Int16Array(Math.floor(samples.length * ratio))
  for (let n = 0; n < out.length; n++) {
    const centre = n / ratio
    let [sum, weight] = [0, 0]
    for (let at = Math.ceil(centre - reach); at <= centre + reach; at++) {
      const x = (at - centre) * cutoff
      const window = 0.5 + 0.5 * Math.cos((Math.PI * (at - centre)) / reach)
      const part = (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window
      weight += part
      sum += part * (samples[at] ?? 0)
    }
    out[n] = Math.max(-32768, Math.min(32767, Math.round(sum / weight)))
  }
  return out
}

export const secondsOf = (samples: Int16Array): number => samples.length / sampleRate
