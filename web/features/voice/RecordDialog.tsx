import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RouteContract } from '../../../contract/route.ts'
import { recordVoicePrompt, type VoicePrompt } from '../../../contract/voice.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useDo } from '../../ui/useDo.ts'
import { playWav, toBase64, toTelephoneWav } from './recorder.ts'

type RecordDialogProps = { prompt: VoicePrompt; stale: readonly RouteContract[]; onClose: () => void }
type Made = { wav: Uint8Array; seconds: number }
/** Below this nobody has said anything. */
const shortest = 0.3

/** Records a prompt with the microphone: read, listen, save. */
export function RecordDialog({ prompt, stale, onClose }: RecordDialogProps) {
  const { t } = useTranslation()
  const [made, setMade] = useState<Made | null>(null)
  const [wrong, setWrong] = useState<'noMicrophone' | 'tooShort' | null>(null)
  const [recording, setRecording] = useState(false)
  const recorder = useRef<MediaRecorder | null>(null)
  const save = useDo(recordVoicePrompt, { done: t('voice.saved'), stale, onDone: onClose })
  const release = () => recorder.current?.stream.getTracks().forEach((track) => track.stop())
  useEffect(() => release, [])

  const start = async () => {
    setWrong(null)
    setMade(null)
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true },
      })
      const parts: Blob[] = []
      const next = new MediaRecorder(stream)
      recorder.current = next
      next.addEventListener('dataavailable', ({ data }) => parts.push(data))
      next.addEventListener('stop', () => {
        release()
        setRecording(false)
        toTelephoneWav(new Blob(parts, { type: next.mimeType })).then(
          (one) => (one.seconds < shortest ? setWrong('tooShort') : setMade(one)),
          () => setWrong('tooShort'),
        )
      })
      next.start()
      setRecording(true)
    } catch {
      setWrong('noMicrophone')
    }
  }
  return (
    <Dialog
      title={t('voice.recordTitle')}
      onClose={onClose}
      ok={{
        text: t('voice.save'),
        disabled: made === null,
        loading: save.isPending,
        onClick: () => {
          if (made)
            save.mutate({ body: { language: prompt.language, text: prompt.text, audio: toBase64(made.wav) } })
        },
      }}
    >
      <div className="stack">
        <p className="secondary">{t('voice.recordHint')}</p>
        <blockquote lang={prompt.language}>{prompt.text}</blockquote>
        {wrong && <Notice tone="warning" title={t(`voice.${wrong}`)} />}
        <span className="button-line">
          {recording ? (
            <Button onClick={() => recorder.current?.stop()}>{t('voice.finish')}</Button>
          ) : (
            <Button onClick={() => void start()}>{t(made ? 'voice.again' : 'voice.start')}</Button>
          )}
          {made && (
            <Button onClick={() => void playWav(made.wav.slice().buffer)}>
              {t('voice.listen')} {t('voice.secondsOf', { n: Math.round(made.seconds) })}
            </Button>
          )}
        </span>
      </div>
    </Dialog>
  )
}
