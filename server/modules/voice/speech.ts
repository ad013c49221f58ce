import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { runAside } from '../../platform/aside.ts'
import type { Db } from '../../platform/db.ts'
import { openHttp } from '../../platform/outbound-http.ts'
import { readSettings } from '../setting/setting.ts'
import type { Segment } from './dialogue.ts'
import { readWav, toTelephone } from './wav.ts'

/** Turns texts into speech, 8 kHz and 16 bit, one for each. A new one is a function like these and a line in {@link engineInForce}. */
export type SpeechEngine = {
  /** Spoken prompts are kept by this name. */
  name: string
  /** @throws when it cannot speak now */
  speak: (texts: Segment[]) => Promise<Int16Array[]>
}

const speakMs = 120_000

const builtIn: SpeechEngine = {
  name: 'espeak-ng',
  speak: (texts) => runAside(new URL('speech-thread.ts', import.meta.url), texts, { timeoutMs: speakMs }),
}

/** An engine on the premises that answers a WAV file to `{ text, language }`. */
function byHttp(url: string, allowed: () => Promise<string>): SpeechEngine {
  return {
    name: `http:${url}`,
    async speak(texts) {
      const client = openHttp(allowed, { connections: 4 })
      try {
        const spoken: Int16Array[] = []
        for (const { text, language } of texts) {
          const { status, body } = await client.ask(
            'POST',
            new URL(url),
            { 'content-type': 'application/json', accept: 'audio/wav' },
            JSON.stringify({ text, language }),
          )
          if (status !== 200) throw new Error(`the speech engine answered ${status}`)
          spoken.push(toTelephone(readWav(body)))
        }
        return spoken
      } finally {
        client.close()
      }
    },
  }
}

/** A command of the machine: reads the text from its input, with the language as its last argument, and writes a WAV file to its output. */
function byCommand(command: string): SpeechEngine {
  const [file = '', ...given] = command.split(/\s+/)
  return {
    name: `command:${command}`,
    async speak(texts) {
      const spoken: Int16Array[] = []
      for (const { text, language } of texts) {
        const child = spawn(file, [...given, language], {
          stdio: ['pipe', 'pipe', 'ignore'],
          timeout: speakMs,
        })
        const failed = new Promise<never>((_, reject) => child.once('error', reject))
        child.stdin.on('error', () => undefined)
        child.stdin.end(text)
        spoken.push(toTelephone(readWav(await Promise.race([buffer(child.stdout), failed]))))
      }
      return spoken
    },
  }
}

/** The engine of the installation. @param command from the environment: a setting must not name what this machine runs */
export async function engineInForce(db: Db, command: string | undefined): Promise<SpeechEngine> {
  const settings = await readSettings(
    db,
    ['voice.engine', 'voice.engine-url', 'security.outbound-hosts'],
    null,
  )
  if (settings['voice.engine'] === 'http' && settings['voice.engine-url'] !== '')
    return byHttp(settings['voice.engine-url'], () => Promise.resolve(settings['security.outbound-hosts']))
  if (settings['voice.engine'] === 'command' && command) return byCommand(command)
  return builtIn
}
