import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { endAbsence, getTeam, listAbsences } from '../../../contract/team.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'

const tones = { planned: 'info', absent: 'warning', ended: 'neutral' } as const

/** Who is or will be away, and who was lately. */
export function AbsenceList() {
  const { t } = useTranslation()
  const time = useTime()
  const absences = useCall(listAbsences, {})
  const end = useDo(endAbsence, { stale: [listAbsences, getTeam] })
  const items = absences.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="absences" aria-label={t('team.absences')}>
      <h2>{t('team.absences')}</h2>
      <ul>
        {items.map((one) => (
          <li key={one.id}>
            <StatusTag tone={tones[one.state]}>{t(`team.state.${one.state}`)}</StatusTag>{' '}
            <b>{one.staffName}</b> {time.moment(one.from)} → {time.moment(one.to)} ·{' '}
            {t('team.coveredBy', { name: one.coverName })}
            {one.reason && ` · ${one.reason}`}{' '}
            {one.state !== 'ended' && (
              <Button
                size="small"
                loading={end.isPending && end.variables.params.id === one.id}
                onClick={() => end.mutate({ params: { id: one.id } })}
              >
                {t(one.state === 'planned' ? 'team.callOff' : 'team.backNow')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
