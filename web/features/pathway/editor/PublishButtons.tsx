import { Dialog } from '../../../ui/Dialog.tsx'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  askPathwayPublish,
  getPathwayDraft,
  publishPathway,
  returnPathwayDraft,
} from '../../../../contract/pathway-draft.ts'
import {
  getPathway,
  listPathways,
  type PathwayDefinition,
  type PathwayDetail,
} from '../../../../contract/pathway.ts'
import { count } from '../../../format/number.ts'
import { TextField } from '../../../ui/fields.ts'
import { DifferenceList } from '../DifferenceList.tsx'
import type { Saver } from './SaveState.tsx'
import { makeStale, useDo } from '../../../ui/useDo.ts'

type PublishProps = {
  pathway: PathwayDetail
  definition: PathwayDefinition
  saver: Saver
  /** What is shown was checked and has no problem. */
  ready: boolean
}

/** Publishes, asks another person to, or decides about what another one asks. */
export function PublishButtons({ pathway, definition, saver, ready }: PublishProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'publish' | 'ask' | 'return' | null>(null)
  const [reason, setReason] = useState('')
  const { draft } = saver
  const params = { id: pathway.id }
  const next = Math.max(0, ...pathway.versions.map((one) => one.version)) + 1
  const publish = useDo(publishPathway, {
    done: t('editor.published', { n: next }),
    onDone: () =>
      void navigate({ to: '/pathways/$id', params: { id: String(pathway.id) } }).then(() =>
        makeStale([getPathway, getPathwayDraft, listPathways]),
      ),
  })
  const settle = {
    onDone: (changed: NonNullable<Saver['draft']>) => {
      saver.adopt(changed)
      setOpen(null)
    },
  }
  const ask = useDo(askPathwayPublish, settle)
  const sendBack = useDo(returnPathwayDraft, settle)
  const withRevision = async (run: (revision: number) => void) => {
    const revision = await saver.settle()
    if (revision !== null && revision > 0) run(revision)
    else setOpen(null)
  }
  const { secondPerson } = pathway
  const review = secondPerson && draft?.asked && !draft.mine
  const waits = secondPerson && draft?.asked && draft.mine
  const can = ready && draft !== null && saver.saving.is !== 'conflict'
  const asking = open === 'ask'
  return (
    <>
      {review && <Button onClick={() => setOpen('return')}>{t('editor.sendBack')}</Button>}
      {secondPerson && !review ? (
        <Button type="primary" disabled={!can || Boolean(waits)} onClick={() => setOpen('ask')}>
          {t(waits ? 'editor.waitsForSecond' : 'editor.ask')}
        </Button>
      ) : (
        <Button type="primary" disabled={!can} onClick={() => setOpen('publish')}>
          {t('editor.publish', { n: next })}
        </Button>
      )}
      {(open === 'publish' || asking) && (
        <Dialog
          title={t(asking ? 'editor.askConfirm' : 'editor.publishConfirm', { n: next })}
          onClose={() => setOpen(null)}
          ok={{
            text: t(asking ? 'editor.ask' : 'editor.publish', { n: next }),
            onClick: () =>
              void withRevision((revision) =>
                (asking ? ask : publish).mutate({ params, body: { revision } }),
              ),
            loading: publish.isPending || ask.isPending,
          }}
        >
          <div className="stack">
            <p>
              {t(pathway.version === null ? 'editor.firstHint' : 'editor.publishHint', {
                open: count(pathway.openEnrollments),
              })}
            </p>
            {pathway.version !== null && (
              <>
                <strong>{t('editor.differsFrom', { n: pathway.version })}</strong>
                <div className="difference-box">
                  <DifferenceList before={pathway.definition} after={definition} />
                </div>
              </>
            )}
          </div>
        </Dialog>
      )}
      {open === 'return' && (
        <Dialog
          title={t('editor.sendBack')}
          onClose={() => setOpen(null)}
          ok={{
            text: t('editor.sendBack'),
            onClick: () =>
              void withRevision((revision) =>
                sendBack.mutate({ params, body: { revision, reason: reason.trim() } }),
              ),
            disabled: reason.trim().length < 2,
            loading: sendBack.isPending,
          }}
        >
          <TextField
            maxLength={200}
            label={t('editor.sendBackWhy')}
            usual={[
              t('editor.sendBackReasons.timing'),
              t('editor.sendBackReasons.words'),
              t('editor.sendBackReasons.load'),
            ]}
            value={reason}
            onChange={setReason}
          />
        </Dialog>
      )}
    </>
  )
}
