package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.BlockDeviceContract;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class FilterDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) {
        return new FilterDevice(new MemoryDevice(sizeBytes)) { };
    }

    @Test
    void everyMethodOfBlockDeviceIsOverridden() throws NoSuchMethodException {
        for (Method method : BlockDevice.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                Method own = FilterDevice.class.getMethod(method.getName(), method.getParameterTypes());
                assertThat(own.getDeclaringClass()).as(method.toString()).isEqualTo(FilterDevice.class);
            }
        }
    }
}
