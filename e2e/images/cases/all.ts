import type { Case } from '../case.ts';
import { copyCases } from './copy.ts';
import { runCases } from './run.ts';
import { settingCases } from './settings.ts';
import { stageCases } from './stages.ts';

export const cases: readonly Case[] = [...copyCases, ...runCases, ...settingCases, ...stageCases];
