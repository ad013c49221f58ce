import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { giveGuidance, listTaskGuidance } from '../../../contract/guidance.ts'
import { useTime } from '../../format/useTime.ts'
import { guidanceLine } from '../../i18n/guidanceLine.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import './guidance.css'
import { useDo } from '../../ui/useDo.ts'

/** Reads what fits the person, and says how it was given. */
export default function GuidanceDialog({ taskId, onClose }: { taskId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const shipped = useShipped(guidanceLine)
  const time = useTime()
  const [chosen, setChosen] = useState<number | null>(null)
  const offered = useCall(listTaskGuidance, { params: { id: taskId } }, { staleTime: 0 })
  const { message } = App.useApp()
  const give = useDo(giveGuidance, { stale: [listTaskGuidance] })
  const data = offered.data
  const text = data?.items.find((one) => one.id === chosen) ?? data?.items[0]
  const act = (how: 'email' | 'read-aloud') => {
    if (text)
      give.mutate(
        { params: { id: taskId }, body: { guidanceId: text.id, version: text.version, how } },
        { onSuccess: () => void message.success(t(how === 'email' ? 'guidance.queued' : 'guidance.noted')) },
      )
  }
  return (
    <Dialog size="large" title={t('guidance.title')} onClose={onClose}>
      {offered.isError || !data ? (
        <Unloaded query={offered} />
      ) : !text ? (
        <EmptyState title={t('guidance.none')} hint={t('guidance.noneHint')} />
      ) : (
        <div className="guidance">
          <ul className="guidance-list" aria-label={t('guidance.title')}>
            {data.items.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="plain-button"
                  aria-pressed={one.id === text.id}
                  onClick={() => setChosen(one.id)}
                >
                  {shipped(one.title)}
                </button>
              </li>
            ))}
          </ul>
          <div>
            <p className="guidance-text">{shipped(text.body)}</p>
            {data.address && shipped(text.body) !== text.body && (
              <p className="secondary small">{t('guidance.sentAsWritten')}</p>
            )}
            <div className="guidance-acts">
              <Button type="primary" loading={give.isPending} onClick={() => act('read-aloud')}>
                {t('guidance.readAloud')}
              </Button>
              <Button disabled={!data.address} loading={give.isPending} onClick={() => act('email')}>
                {data.address ? t('guidance.send', { address: data.address }) : t('guidance.noAddress')}
              </Button>
            </div>
            {data.given.length > 0 && (
              <ul className="guidance-given secondary small">
                {data.given.map((one) => (
                  <li key={`${one.at}-${one.title}`}>
                    {time.moment(one.at)} · {one.byName} · {t(`guidance.how.${one.how}`)} ·{' '}
                    {shipped(one.title)}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </div>
      )}
    </Dialog>
  )
}
