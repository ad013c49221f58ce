import { useTranslation } from 'react-i18next'

export function DayProgress({ counts }: { counts: { doneToday: number; dailyGoal: number } }) {
  const { t } = useTranslation()
  const { doneToday, dailyGoal } = counts
  const met = doneToday >= dailyGoal
  return (
    <div className="day-progress">
      <span>
        {met && dailyGoal > 0
          ? t('desk.todayMet', { done: doneToday })
          : t('desk.today', { done: doneToday, goal: dailyGoal })}
      </span>
      <progress
        aria-label={t('desk.todayLabel')}
        value={Math.min(doneToday, dailyGoal)}
        max={Math.max(1, dailyGoal)}
      />
    </div>
  )
}
