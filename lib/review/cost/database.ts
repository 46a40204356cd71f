import { always, charge, type Pricer } from './charge';
import { perUnit } from './price';
import { byUse, fixed } from './prices';
import { rdsPrice } from './rds-prices';
import { known } from './resource';

/** An RDS instance with its volume, from what is allocated to what RDS may grow it to. Multi-AZ is two of each. */
export const dbInstance: Pricer = ({ attributes }) => {
  const copies = attributes.multi_az === true ? 2 : 1;
  const { engine, instance_class: instanceClass, storage_type: storageType = 'gp2' } = attributes;
  const price = engine === 'postgres' ? rdsPrice(String(instanceClass)) : undefined;
  const size = known(attributes.allocated_storage);
  const plain = ['gp2', 'gp3'].includes(String(storageType)) && attributes.iops === undefined;
  const most = Math.max(size ?? 0, known(attributes.max_allocated_storage) ?? 0);
  return {
    priced: [
      ...(price ? [always('RDS', price, copies)] : []),
      ...(size !== undefined && plain
        ? [charge('RDS storage', fixed.databaseStorage, [copies * size, copies * most])]
        : []),
      ...(attributes.manage_master_user_password === true ? [always('Secrets', fixed.secret)] : []),
    ],
    unpriced: [
      ...(price ? [] : [`RDS class '${instanceClass}' of ${engine} has no price here`]),
      ...(size !== undefined && plain ? [] : ['its volume is other than plain gp2 or gp3 of a known size']),
      ...(attributes.database_insights_mode === 'advanced' ? ['Database Insights is advanced'] : []),
    ],
    byUse: [
      `backups of databases beyond the size of their volumes (${perUnit(byUse.backups)})`,
      ...(attributes.engine_lifecycle_support === 'open-source-rds-extended-support-disabled'
        ? []
        : ['RDS Extended Support, once a version is past its end']),
    ],
  };
};
