import { workerData } from 'node:worker_threads'
import createEspeak from 'espeak-ng'
import { answerAside } from '../../platform/aside-thread.ts'
import type { Segment } from './dialogue.ts'
import { readWav, toTelephone } from './wav.ts'

// The built-in engine: eSpeak NG as WebAssembly. Each text needs an instance of its own, which takes about a third of a second.

const voices = { 'zh-CN': 'cmn', en: 'en' } as const

await answerAside(async () => {
  const spoken: Int16Array[] = []
  for (const { language, text } of workerData as Segment[]) {
    const { FS } = await createEspeak({
      arguments: ['-v', voices[language], '-s', '155', '-w', 'said.wav', text],
    })
    spoken.push(toTelephone(readWav(Buffer.from(FS.readFile('said.wav')))))
  }
  return spoken
})
