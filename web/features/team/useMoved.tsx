import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { getTeam, undoHandOver } from '../../../contract/team.ts'
import { call } from '../../api.ts'
import { keyOf, queryClient } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { refreshDesk } from '../task/refresh.ts'

/** Tells that tasks moved, and offers to take it back. */
export function useMoved() {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const refresh = () => {
    refreshDesk()
    void queryClient.invalidateQueries({ queryKey: keyOf(getTeam) })
  }
  return ({ changed, handOverId }: { changed: number; handOverId: number | null }) => {
    refresh()
    if (handOverId === null) return
    const key = `hand-over-${handOverId}`
    const undo = async () => {
      message.destroy(key)
      try {
        const back = await call(undoHandOver, { params: { id: handOverId } })
        void message.success(t('team.undone', { changed: back.changed, skipped: back.skipped }))
        refresh()
      } catch (error) {
        void message.error(explain(error))
      }
    }
    void message.open({
      key,
      type: 'success',
      duration: 15,
      content: (
        <>
          {t('tasks.assigned', { n: changed })}{' '}
          <button type="button" className="plain-button" onClick={() => void undo()}>
            {t('common.undo')}
          </button>
        </>
      ),
    })
  }
}
