import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { type ClinicSession, updateClinicSession } from '../../../contract/clinic-schedule.ts'
import { call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { makeStale } from '../../ui/useDo.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { appointmentRoutes } from './stale.ts'

type Change = { startsAt?: string; staffId?: number | null; roomId?: number | null }

/** Moves a clinic with its patients, says where to, and offers to take it back. */
export function useMoveSession() {
  const { t } = useTranslation()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const send = async (id: number, version: number, change: Change) => {
    try {
      return await call(updateClinicSession, { params: { id }, body: { version, ...change } })
    } catch (error) {
      void message.error(explain(error))
      return null
    } finally {
      makeStale(appointmentRoutes)
    }
  }
  return (session: ClinicSession, change: Change, name?: string) => {
    const before: Change = {
      ...(change.startsAt !== undefined && { startsAt: session.startsAt }),
      ...(change.staffId !== undefined && { staffId: session.staffId }),
      ...(change.roomId !== undefined && { roomId: session.roomId }),
    }
    const go = async () => {
      const moved = await send(session.id, session.version, change)
      if (!moved) return
      const key = `session-${session.id}`
      const undo = async () => {
        message.destroy(key)
        if (await send(session.id, moved.version, before)) void message.success(t('schedules.undone'))
      }
      const said = change.startsAt
        ? t('schedules.moved', { when: time.moment(moved.startsAt) })
        : name === undefined
          ? t('schedules.saved')
          : t('schedules.changed', { name })
      void message.open({
        key,
        type: 'success',
        duration: 15,
        content: (
          <>
            {said}{' '}
            <button type="button" className="plain-button" onClick={() => void undo()}>
              {t('common.undo')}
            </button>
          </>
        ),
      })
    }
    void go()
  }
}
