import { Dialog } from '../../ui/Dialog.tsx'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { count } from '../../format/number.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { type DeadFilter, collectDead, countByReason } from './replay.ts'
import { useIntakeReason } from './useIntakeReason.ts'

type ReplayDialogProps = {
  filter: DeadFilter
  busy: boolean
  onReplay: (ids: number[]) => void
  onClose: () => void
}

/** Says how many and why before anything is replayed. */
export function ReplayDialog({ filter, busy, onReplay, onClose }: ReplayDialogProps) {
  const { t } = useTranslation()
  const why = useIntakeReason()
  const dead = useQuery({
    queryKey: ['dead letters to replay', filter],
    queryFn: ({ signal }) => collectDead(filter, signal),
    staleTime: 0,
    gcTime: 0,
  })
  const { data } = dead
  const n = data?.messages.length ?? 0
  return (
    <Dialog
      title={t('intake.preview.title')}
      onClose={onClose}
      ok={{
        text: t('intake.preview.confirm', { n: count(n) }),
        onClick: () => onReplay(data?.messages.map((one) => one.id) ?? []),
        disabled: n === 0,
        loading: busy,
      }}
    >
      {dead.isError ? (
        <ErrorState error={dead.error} onRetry={() => void dead.refetch()} />
      ) : !data ? (
        <p role="status">{t('intake.preview.counting')}</p>
      ) : n === 0 ? (
        <p>{t('intake.preview.none')}</p>
      ) : (
        <>
          <p>
            <strong>
              {t(data.more ? 'intake.preview.countMore' : 'intake.preview.count', { n: count(n) })}
            </strong>
          </p>
          <h3 className="intake-by-reason">{t('intake.preview.byReason')}</h3>
          <ul className="intake-reasons">
            {countByReason(data.messages).map((one) => (
              <li key={one.reason ?? ''}>
                <b>{count(one.n)}</b> {one.reason ? why(one.reason) : t('intake.noReason')}
              </li>
            ))}
          </ul>
          <p className="secondary small">{t('intake.preview.hint')}</p>
        </>
      )}
    </Dialog>
  )
}
